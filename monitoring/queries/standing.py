"""Where monitors stand, and the evidence that brought them there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from bsm.kernel.intervals import Interval
from monitoring.domain.machine import Evidence, Machine, refreshed
from monitoring.domain.status import SEVERITY, Outcome
from monitoring.models import CheckResult, Monitor, MonitorHead, MonitorKind, StatusInterval

BELIEVED = Q(recorded__upper_inf=True)

# A head is not written for more of the same, so a polled monitor is only perhaps silent
# when its head says so: its newest result decides.
PERHAPS_SILENT = """
    SELECT head.monitor_id
      FROM monitoring_monitorhead head
      JOIN monitoring_monitor monitor ON monitor.id = head.monitor_id
     WHERE head.state <> 'unknown'
       AND (head.machine->>'fresh_until')::timestamptz < %(now)s
       AND NOT EXISTS (
           SELECT 1 FROM monitoring_checkresult result
            WHERE result.monitor_number = monitor.number AND result.location = 0
              AND result.outcome <> 2 AND NOT result.is_ignored
              AND result.slot > %(now)s - make_interval(secs =>
                  coalesce(monitor.stale_after_ms,
                           2 * monitor.interval_ms + monitor.timeout_ms) / 1000.0))
     ORDER BY head.monitor_id
"""


def state_now(monitors: Iterable[Monitor]) -> dict[object, MonitorHead]:
    """Where the monitors stand, by monitor id."""
    return MonitorHead.objects.in_bulk([monitor.pk for monitor in monitors])


def believed_intervals(monitor: Monitor, within: Interval) -> list[StatusInterval]:
    """The believed intervals of a monitor that touch the span, oldest first."""
    rows = StatusInterval.objects.filter(
        BELIEVED, monitor=monitor, valid__overlap=(within.start, within.end)
    )
    return list(rows.order_by("valid"))


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
    machine = written_machine(monitor)
    if monitor.kind == MonitorKind.PASSIVE or not machine.is_settled:
        return machine
    newest = evidence_before(monitor, None, limit=1)
    if newest and machine.last_at and newest[0].observed_at > machine.last_at:
        return refreshed(machine, newest[0], monitor.rules)
    return machine


def written_machine(monitor: Monitor) -> Machine:
    """The state machine as it was last written."""
    written = MonitorHead.objects.values_list("machine", flat=True).get(pk=monitor.pk)
    return Machine.from_json(written)


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


def perhaps_silent(now: datetime) -> list[UUID]:
    """Monitors whose freshness may have run out."""
    with connection.cursor() as cursor:
        cursor.execute(PERHAPS_SILENT, {"now": now})
        return [row[0] for row in cursor.fetchall()]
