"""Taking in a whole watched world at once, monitors with their past; and taking it away.

Where `record_results` weighs one check after the other, this is told how things were. What
it writes is what the engine would have written: states begin at a check, silence counts
from the end of freshness, and the machine of each monitor stands where its history ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import Subject
from monitoring.domain.incidents import incidents
from monitoring.domain.machine import LEVEL, Change, Evidence, Machine
from monitoring.domain.slots import newest_slot, phase_ms, shard_of
from monitoring.domain.status import State
from monitoring.models import (
    CheckResult,
    HourlyRollup,
    Incident,
    MaintenanceWindow,
    Monitor,
    MonitorHead,
    StatusInterval,
)
from monitoring.models import Evidence as EvidenceRow
from monitoring.models.result import POLLED
from monitoring.signals import status_changed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBERS = "SELECT nextval('monitoring_monitor_number') FROM generate_series(1, %s)"
COPY_RESULTS = """
    COPY monitoring_checkresult (monitor_number, slot, elapsed_us, outcome, code, location,
        late_ms) FROM STDIN
"""
COPY_ROLLUPS = """
    COPY monitoring_hourlyrollup (monitor_number, hour, ok, warn, error, fail,
        elapsed_us_sum, elapsed_us_max) FROM STDIN
"""
Told = Sequence[tuple[Interval, State]]


@dataclass(frozen=True, slots=True)
class Past:
    """The states of one monitor as its checks saw them, contiguous, the last one open."""

    changes: tuple[Change, ...]
    last_slot: datetime


@transaction.atomic
def load_monitors(monitors: Sequence[Monitor]) -> list[Monitor]:
    """Add monitors that are known to be right; each gets its number and its shard."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [len(monitors)])
        numbers = [row[0] for row in cursor.fetchall()]
    for monitor, number in zip(monitors, numbers, strict=True):
        monitor.number, monitor.shard = number, shard_of(monitor.pk)
    return Monitor.objects.bulk_create(monitors)


@transaction.atomic
def load_windows(windows: Sequence[MaintenanceWindow]) -> None:
    MaintenanceWindow.objects.bulk_create(windows)


@transaction.atomic
def load_states(told: Mapping[Monitor, Told], *, until: datetime) -> None:
    """Give monitors without a past the one that is told, up to `until`; announce each once."""
    pasts = {monitor: _past(monitor, states, until=until) for monitor, states in told.items()}
    rows = [row for monitor, past in pasts.items() for row in _intervals(monitor, past)]
    StatusInterval.objects.bulk_create(rows, batch_size=2000)
    MonitorHead.objects.bulk_create([_head(monitor, past) for monitor, past in pasts.items()])
    Incident.objects.bulk_create(
        [
            Incident(
                monitor=monitor,
                started_at=one.started_at,
                opened_at=one.opened_at,
                resolved_at=one.resolved_at,
                closed_at=one.closed_at,
                occurrences=one.occurrences,
            )
            for monitor, past in pasts.items()
            for one in incidents(past.changes)
        ]
    )
    for monitor, past in pasts.items():
        subject = Subject.of(service_id=monitor.service_id, ci_id=monitor.ci_id)
        status_changed.send(Monitor, subject=str(subject), since=past.changes[0].starts_at)


@transaction.atomic
def load_results(
    rows: Iterable[Sequence[Any]],
    *,
    rollups: Iterable[Sequence[Any]],
    evidence: Sequence[EvidenceRow],
) -> None:
    """Write checks (number, slot, elapsed_us, outcome, code) and hours as in HourlyRollup.

    The partitions of the days must be there.
    """
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY_RESULTS, _table([*row, POLLED, 0] for row in rows))
        cursor.copy_expert(COPY_ROLLUPS, _table(rollups))
    EvidenceRow.objects.bulk_create(evidence, batch_size=2000)


@transaction.atomic
def remove_demo() -> dict[str, int]:
    """Take every demo monitor and window away, with all that was found by them.

    A monitor that somebody put on a demo service or CI goes with it.
    """
    hanging = Q(is_demo=True) | Q(service__is_demo=True) | Q(ci__is_demo=True)
    monitors = Monitor.objects.filter(hanging)
    windows = MaintenanceWindow.objects.filter(hanging)
    removed = {"monitors": monitors.count(), "maintenance windows": windows.count()}
    numbers = list(monitors.values_list("number", flat=True))
    for kept in (CheckResult, HourlyRollup, EvidenceRow):
        kept.objects.filter(monitor_number__in=numbers).delete()
    monitors.delete()
    windows.delete()
    return removed


def slots_of(monitor: Monitor, span: Interval) -> list[datetime]:
    """The instants in the span at which the monitor was due."""
    interval, phase = monitor.interval_ms, phase_ms(monitor.pk, monitor.interval_ms)
    first = newest_slot(_ms(span.start) - 1, interval=interval, phase=phase) + interval
    return [_instant(slot) for slot in range(first, _ms(span.end), interval)]


def _past(monitor: Monitor, told: Told, *, until: datetime) -> Past:
    """What the checks of the monitor would have made of the states."""
    interval, phase = monitor.interval_ms, phase_ms(monitor.pk, monitor.interval_ms)
    last_slot = _instant(newest_slot(_ms(until) - 1, interval=interval, phase=phase))
    step = timedelta(milliseconds=interval)
    start = told[0][0].start
    changes = [Change(State.UNKNOWN, start, start, None)]
    for span, state in told:
        slot = newest_slot(_ms(span.start) - 1, interval=interval, phase=phase) + interval
        begins = _instant(slot)
        if state is State.UNKNOWN and begins > start:
            begins += _silence(monitor) - step
        if begins > last_slot or begins >= span.end:
            continue  # no check ever saw it
        while len(changes) > 1 and changes[-1].starts_at >= begins:
            changes.pop()
        if changes[-1].state is not state:
            changes.append(_change(monitor, state, begins, step))
    return Past(tuple(changes), last_slot)


def _change(monitor: Monitor, state: State, begins: datetime, step: timedelta) -> Change:
    if state is State.UNKNOWN:
        return Change(state, begins, begins, begins - _silence(monitor))
    needed = {
        State.UP: monitor.confirm_up,
        State.DEGRADED: monitor.confirm_degraded,
        State.DOWN: monitor.confirm_down,
    }[state]
    retries = timedelta(milliseconds=monitor.retry_interval_ms) * (needed - 1)
    return Change(state, begins, begins + retries, begins - step)


def _silence(monitor: Monitor) -> timedelta:
    return timedelta(milliseconds=monitor.stale_after_effective_ms or 0)


def _intervals(monitor: Monitor, past: Past) -> Iterable[StatusInterval]:
    ends = [change.starts_at for change in past.changes[1:]]
    for change, end in zip(past.changes, [*ends, None], strict=True):
        if end is None or end > change.starts_at:
            yield StatusInterval(
                monitor=monitor,
                state=change.state,
                valid=DateTimeTZRange(change.starts_at, end, "[)"),
                decided_at=change.decided_at,
                last_contrary_at=change.last_contrary_at,
                recorded=DateTimeTZRange(change.decided_at, None, "[)"),
            )


def _head(monitor: Monitor, past: Past) -> MonitorHead:
    newest = past.changes[-1]
    known = [change.state for change in past.changes if change.state is not State.UNKNOWN]
    is_silent = newest.state is State.UNKNOWN
    last_at = newest.last_contrary_at if is_silent else past.last_slot
    machine = Machine(
        state=newest.state,
        since=newest.starts_at,
        last_known=known[-1] if known else State.UNKNOWN,
        tail=() if is_silent else (_evidence(past.last_slot, newest.state),),
        before_at=last_at if is_silent else None,
        fresh_until=None if is_silent else past.last_slot + _silence(monitor),
    )
    return MonitorHead(
        monitor=monitor,
        state=newest.state,
        since=newest.starts_at,
        machine=machine.to_json(),
        last_evidence_at=last_at,
    )


def _evidence(slot: datetime, state: State) -> Evidence:
    return Evidence(observed_at=slot, severity=LEVEL[state], arrived_at=slot)


def _table(rows: Iterable[Sequence[Any]]) -> StringIO:
    lines = StringIO()
    for row in rows:
        lines.write("\t".join("\\N" if value is None else str(value) for value in row))
        lines.write("\n")
    lines.seek(0)
    return lines


def _ms(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(milliseconds=1)


def _instant(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)
