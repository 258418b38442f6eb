"""Reading what the monitors saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from assets.queries import cis_visible_to
from bsm.kernel.intervals import Interval, merge
from bsm.kernel.subjects import NodeKind, Subject
from catalog.models import User
from catalog.queries import services_visible_to
from monitoring.domain.machine import Evidence, Machine, refreshed
from monitoring.domain.signals import merged
from monitoring.domain.status import SEVERITY, Outcome, State
from monitoring.models import (
    CheckResult,
    Incident,
    MaintenanceWindow,
    Monitor,
    MonitorHead,
    MonitorKind,
    StatusInterval,
)
from monitoring.models.result import TOLD

BELIEVED = Q(recorded__upper_inf=True)


def monitors_visible_to(user: User) -> QuerySet[Monitor]:
    """The monitors of what the user may see."""
    return Monitor.objects.filter(
        Q(service__in=services_visible_to(user)) | Q(ci__in=cis_visible_to(user))
    )


def incidents_visible_to(user: User) -> QuerySet[Incident]:
    """The incidents of the monitors that the user may see."""
    return Incident.objects.filter(monitor__in=monitors_visible_to(user))


def subjects_watched() -> list[Subject]:
    """Everything that has a monitor."""
    pairs = Monitor.objects.values_list("service_id", "ci_id").distinct()
    return sorted(Subject.of(service_id=service, ci_id=ci) for service, ci in pairs)


def signals_of(
    subjects: Collection[Subject], within: Interval
) -> dict[Subject, list[tuple[Interval, State]]]:
    """How the subjects were, as their own monitors saw it; the unwatched are left out.

    Of several monitors of a subject the worst counts: down before degraded before unknown
    before up. One good monitor does not hide that another sees nothing. The spans of a
    subject are in order, without gap from the creation of its first monitor on.
    """
    services = [subject.id for subject in subjects if subject.kind is NodeKind.SERVICE]
    cis = [subject.id for subject in subjects if subject.kind is NodeKind.CI]
    rows = (
        StatusInterval.objects.filter(
            BELIEVED,
            Q(monitor__service__in=services) | Q(monitor__ci__in=cis),
            valid__overlap=(within.start, within.end),
        )
        .order_by("monitor", "valid")
        .values_list("monitor_id", "monitor__service_id", "monitor__ci_id", "state", "valid")
    )
    by_monitor: dict[Subject, dict[object, list[tuple[Interval, State]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for monitor, service, ci, state, valid in rows:
        subject = Subject.of(service_id=service, ci_id=ci)
        span = Interval(valid.lower, valid.upper or within.end).clipped(within)
        by_monitor[subject][monitor].append((span, State(state)))
    return {subject: merged(list(seen.values())) for subject, seen in by_monitor.items()}


def maintenance_of(
    subjects: Collection[Subject], within: Interval
) -> dict[Subject, list[Interval]]:
    """The planned work on the subjects, merged; subjects without any are left out."""
    services = [subject.id for subject in subjects if subject.kind is NodeKind.SERVICE]
    cis = [subject.id for subject in subjects if subject.kind is NodeKind.CI]
    found: dict[Subject, list[Interval]] = defaultdict(list)
    windows = MaintenanceWindow.objects.filter(
        Q(service__in=services) | Q(ci__in=cis), valid__overlap=(within.start, within.end)
    )
    for window in windows:
        subject = Subject.of(service_id=window.service_id, ci_id=window.ci_id)
        span = Interval(window.valid.lower, window.valid.upper)
        found[subject].append(span.clipped(within))
    return {subject: merge(spans) for subject, spans in found.items()}


def state_now(monitors: Iterable[Monitor]) -> dict[object, MonitorHead]:
    """Where the monitors stand, by monitor id."""
    return MonitorHead.objects.in_bulk([monitor.pk for monitor in monitors])


def timeline_of(monitor: Monitor, within: Interval) -> list[StatusInterval]:
    """The believed intervals of a monitor that touch the span, oldest first."""
    rows = StatusInterval.objects.filter(
        BELIEVED, monitor=monitor, valid__overlap=(within.start, within.end)
    )
    return list(rows.order_by("valid"))


def recent_results(monitor: Monitor, *, limit: int = 50) -> list[CheckResult]:
    """The newest results of a monitor, the newest first."""
    rows = CheckResult.objects.filter(monitor_number=monitor.number)
    return list(rows.order_by("-slot")[:limit])


def believed_from(monitor: Monitor, since: datetime | None) -> list[StatusInterval]:
    """The believed intervals that last beyond `since` (None: all), oldest first."""
    rows = StatusInterval.objects.filter(BELIEVED, monitor=monitor)
    if since is not None:
        rows = rows.filter(Q(valid__upper_inf=True) | Q(valid__endswith__gt=since))
    return list(rows.order_by("valid"))


def believed_at(monitor: Monitor, instant: datetime) -> StatusInterval | None:
    """The interval that the monitor stood in at the instant."""
    rows = StatusInterval.objects.filter(BELIEVED, monitor=monitor, valid__contains=instant)
    return rows.first()


def open_interval(monitor: Monitor) -> StatusInterval:
    """The interval that lasts."""
    return StatusInterval.objects.get(BELIEVED, monitor=monitor, valid__upper_inf=True)


def standing_machine(monitor: Monitor) -> Machine:
    """The state machine of a monitor, with all evidence so far.

    A head is not written for more of the same, so a settled one is brought up to the newest
    result of our own prober.
    """
    machine = Machine.from_json(MonitorHead.objects.get(pk=monitor.pk).machine)
    if monitor.kind == MonitorKind.PASSIVE or not machine.is_settled:
        return machine
    newest = evidence_before(monitor, None, limit=1)
    if newest and machine.last_at and newest[0].observed_at > machine.last_at:
        return refreshed(machine, newest[0], monitor.rules)
    return machine


def evidence_before(
    monitor: Monitor, instant: datetime | None, *, limit: int
) -> list[Evidence]:
    """The newest evidence before the instant (None: up to now), oldest first."""
    rows = _evidence_rows(monitor)
    if instant is not None:
        rows = rows.filter(slot__lt=instant)
    return _as_evidence(monitor, reversed(rows.order_by("-slot")[:limit]))


def evidence_from(monitor: Monitor, instant: datetime) -> list[Evidence]:
    """The evidence from the instant on, oldest first."""
    return _as_evidence(
        monitor, _evidence_rows(monitor).filter(slot__gte=instant).order_by("slot")
    )


def _evidence_rows(monitor: Monitor) -> QuerySet[CheckResult]:
    return CheckResult.objects.filter(monitor_number=monitor.number, is_ignored=False).exclude(
        outcome=Outcome.ERROR
    )


def _as_evidence(monitor: Monitor, rows: Iterable[CheckResult]) -> list[Evidence]:
    """When a recorded result arrived is not kept; its own instant is the nearest truth."""
    found = []
    for row in rows:
        observed_at = row.slot + timedelta(milliseconds=row.late_ms)
        until = monitor.imported_until if row.is_imported else None
        severity = SEVERITY[Outcome(row.outcome)]
        found.append(Evidence(observed_at, severity, observed_at, until))
    return found


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that failed, and what it had to say."""

    slot: datetime
    code: int | None
    elapsed_ms: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A spell that a monitor found its subject down, with the first checks that failed."""

    monitor: Monitor
    spell: StatusInterval
    checks: list[FailedCheck]


FIRST_FAILURES = """
    SELECT asked.n, result.slot, result.code, result.elapsed_us, evidence.message
    FROM unnest(%s::int[], %s::int[], %s::timestamptz[], %s::timestamptz[])
         AS asked(n, number, lower, upper)
    CROSS JOIN LATERAL (
        SELECT slot, code, elapsed_us FROM monitoring_checkresult
        WHERE monitor_number = asked.number AND slot >= asked.lower
          AND slot < coalesce(asked.upper, 'infinity') AND outcome = %s
        ORDER BY slot LIMIT %s) AS result
    LEFT JOIN monitoring_evidence AS evidence
      ON evidence.monitor_number = asked.number AND evidence.slot = result.slot
    ORDER BY asked.n, result.slot
"""
FINDINGS_SHOWN = 20


def findings_of(
    subjects: Collection[Subject], within: Interval, *, checks: int = 3
) -> list[Finding]:
    """Why the subjects were taken for down in that time, in the order it was found."""
    services = [subject.id for subject in subjects if subject.kind is NodeKind.SERVICE]
    cis = [subject.id for subject in subjects if subject.kind is NodeKind.CI]
    spells = list(
        StatusInterval.objects.filter(
            BELIEVED,
            Q(monitor__service__in=services) | Q(monitor__ci__in=cis),
            state=State.DOWN,
            valid__overlap=(within.start, within.end),
        )
        .select_related("monitor__service", "monitor__ci")
        .order_by("valid")[:FINDINGS_SHOWN]
    )
    failures = _first_failures(spells, checks)
    return [
        Finding(spell.monitor, spell, failures.get(n, [])) for n, spell in enumerate(spells)
    ]


def _first_failures(spells: list[StatusInterval], checks: int) -> dict[int, list[FailedCheck]]:
    found: dict[int, list[FailedCheck]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            FIRST_FAILURES,
            [
                list(range(len(spells))),
                [spell.monitor.number for spell in spells],
                [spell.valid.lower for spell in spells],
                [spell.valid.upper for spell in spells],
                int(Outcome.FAIL),
                checks,
            ],
        )
        for n, slot, code, elapsed_us, message in cursor.fetchall():
            elapsed_ms = None if elapsed_us is None else elapsed_us // 1000
            found.setdefault(n, []).append(FailedCheck(slot, code, elapsed_ms, message or ""))
    return found


# A head is not written for more of the same, so a polled monitor is only perhaps silent
# when its head says so: its newest result decides.
PERHAPS_SILENT = """
    SELECT head.monitor_id
      FROM monitoring_monitorhead head
      JOIN monitoring_monitor monitor ON monitor.id = head.monitor_id
     WHERE (head.machine->>'fresh_until')::timestamptz < %(now)s
       AND NOT EXISTS (
           SELECT 1 FROM monitoring_checkresult result
            WHERE result.monitor_number = monitor.number AND result.location = 0
              AND result.outcome <> 2 AND NOT result.is_ignored
              AND result.slot > %(now)s - make_interval(secs =>
                  coalesce(monitor.stale_after_ms,
                           2 * monitor.interval_ms + monitor.timeout_ms) / 1000.0))
     ORDER BY head.monitor_id
"""


def perhaps_silent(now: datetime) -> list[UUID]:
    """Monitors whose freshness may have run out."""
    with connection.cursor() as cursor:
        cursor.execute(PERHAPS_SILENT, {"now": now})
        return [row[0] for row in cursor.fetchall()]


def told_rows(
    monitors: Collection[Monitor], within: Interval
) -> dict[tuple[int, datetime], tuple[int, int | None, int | None]]:
    """What we were told already: (number, slot) to outcome, code, microseconds."""
    rows = CheckResult.objects.filter(
        location=TOLD,
        monitor_number__in=[monitor.number for monitor in monitors],
        slot__range=(within.start, within.end),
    ).values_list("monitor_number", "slot", "outcome", "code", "elapsed_us")
    return {(number, slot): (outcome, code, us) for number, slot, outcome, code, us in rows}


def numbers_with_history(monitors: Collection[Monitor]) -> set[int]:
    """The numbers of those monitors that have imported results."""
    rows = CheckResult.objects.filter(
        location=TOLD,
        is_imported=True,
        monitor_number__in=[monitor.number for monitor in monitors],
    )
    return set(rows.values_list("monitor_number", flat=True).distinct())
