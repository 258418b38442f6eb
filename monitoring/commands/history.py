"""Importing check history: planned first, applied in one transaction, safe to repeat.

Imported states were confirmed elsewhere: a status holds until the monitor's next row, the
last one until the end of the history. Before the first row and after that end nothing is
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import Subject
from catalog.commands import ensure_services
from catalog.models import User
from monitoring import queries
from monitoring.commands import intervals, monitors
from monitoring.commands.results import replay, store
from monitoring.domain.history import BadRow, History, Row, UnreadableHistory, down_spells, read
from monitoring.domain.machine import Evidence, Machine, Spell, timeline
from monitoring.domain.observation import Observation
from monitoring.domain.status import State
from monitoring.models import HistoryImport, Monitor, MonitorHead, MonitorKind
from monitoring.models.result import TOLD
from monitoring.signals import history_imported

# Two imports at a time would both make the monitors that are missing.
TOLD_ERRORS = 50  # of a file of which nothing can be used
ONE_IMPORT = "SELECT pg_advisory_xact_lock(hashtext('monitoring_history'))"


@dataclass(slots=True)
class _Told:
    """What the file tells of one monitor."""

    name: str
    monitor: Monitor | None
    rows: list[Row] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    same: int = 0


@transaction.atomic
def plan_history(
    text: str, *, file_name: str, until: datetime | None, actor: User | None, now: datetime
) -> HistoryImport:
    """Read a file and say what importing it would do; nothing else is changed.

    Without `until` the history ends with its newest row.
    """
    if until is not None and until > now:
        raise ValidationError({"until": "Nobody knows yet how it will be until then."})
    history = _read(text, until, now)
    if history.newest_at is None:
        raise ValidationError({"content": _nothing_usable(history)})
    end = until or history.newest_at
    told, errors = _compare(history)
    return HistoryImport.objects.create(
        file_name=file_name[:255],
        content=text,
        until=end,
        plan={
            "monitors": [_summary(one) for one in told],
            "errors": [asdict(error) for error in errors],
            "until": end.isoformat(),
            "holds_until_given": until is not None,
        },
        planned_at=now,
        actor=actor,
    )


@transaction.atomic
def apply_history(planned: HistoryImport, *, now: datetime) -> dict[str, Any]:
    """Write what is new in a planned import. Each service that gets its first imported rows
    is announced. Applying twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_IMPORT)
    given = planned.until if planned.plan.get("holds_until_given") else None
    told, errors = _compare(_read(planned.content, given, planned.planned_at))
    had_history = queries.numbers_with_history([one.monitor for one in told if one.monitor])
    made = _make_monitors([one for one in told if one.monitor is None], planned, now=now)
    batch = {
        one.monitor.number: [_observation(row) for row in one.new]
        for one in told
        if one.monitor
    }
    store(batch, location=TOLD)
    for one in sorted(told, key=lambda one: str(_monitor(one).subject)):
        _rebuild(one, planned.until, is_new=_monitor(one).pk in made, now=now)
    for one in told:
        monitor = _monitor(one)
        if one.new and monitor.number not in had_history and monitor.service_id:
            history_imported.send(
                HistoryImport,
                subject=str(Subject.service(monitor.service_id)),
                since=one.rows[0].at,
            )
    planned.applied_at = now
    planned.save(update_fields=["applied_at"])
    return _result(told, errors)


def _read(text: str, until: datetime | None, now: datetime) -> History:
    try:
        return read(text, now=now, until=until)
    except UnreadableHistory as error:
        raise ValidationError({"content": str(error)}) from error


def _nothing_usable(history: History) -> list[str]:
    if not history.errors:
        return ["The file has a header, but no rows."]
    told = [
        f"Row {bad.row}, {bad.field}: {bad.reason}." for bad in history.errors[:TOLD_ERRORS]
    ]
    return ["No row can be used.", *told]


def _compare(history: History) -> tuple[list[_Told], list[BadRow]]:
    """Each monitor's rows beside what is recorded; conflicts join the bad rows."""
    by_name = history.by_monitor()
    known = {row.name: row for row in Monitor.objects.filter(name__in=list(by_name))}
    within = _hull(history.rows)
    recorded = queries.told_rows(list(known.values()), within) if within else {}
    errors = list(history.errors)
    told = []
    for name, rows in sorted(by_name.items()):
        one = _Told(name, known.get(name))
        for row in rows:
            fault = _sort_in(one, row, recorded)
            if fault:
                errors.append(fault)
        if one.rows:
            told.append(one)
    names = {one.name: one for one in told}
    for double in history.doubles:
        if double.monitor in names:
            names[double.monitor].same += 1
    return told, sorted(errors, key=lambda error: error.row)


def _sort_in(
    one: _Told,
    row: Row,
    recorded: dict[tuple[int, datetime], tuple[int, int | None, int | None]],
) -> BadRow | None:
    monitor = one.monitor
    if (
        monitor is not None
        and monitor.kind != MonitorKind.PASSIVE
        and row.at >= monitor.created_at
    ):
        since = monitor.created_at.isoformat(timespec="seconds")
        return BadRow(row.number, "time", f"the portal checks this itself since {since}")
    before = recorded.get((monitor.number, row.at)) if monitor else None
    if before is not None and before != row.content:
        return BadRow(row.number, "time", "something else is recorded for this time already")
    one.rows.append(row)
    if before is None:
        one.new.append(row)
    else:
        one.same += 1
    return None


def _make_monitors(told: Sequence[_Told], planned: HistoryImport, *, now: datetime) -> set[Any]:
    """Passive monitors, each with a service of its name, for the names that have none."""
    services = ensure_services([one.name for one in told])
    for one in told:
        one.monitor = Monitor(
            name=one.name,
            kind=MonitorKind.PASSIVE,
            service=services[one.name],
            confirm_down=1,
            confirm_degraded=1,
            confirm_up=1,
            imported_until=planned.until,
            created_at=one.rows[0].at,
        )
    made = [_monitor(one) for one in told]
    if made:
        monitors.prepare(made, now=now)
    Monitor.objects.bulk_create(made)
    standing = [(monitor, Machine.new(monitor.created_at)) for monitor in made]
    MonitorHead.objects.bulk_create(
        [
            MonitorHead(
                monitor=monitor,
                state=machine.state,
                since=machine.since,
                machine=machine.to_json(),
            )
            for monitor, machine in standing
        ]
    )
    return {monitor.pk for monitor in made}


def _rebuild(one: _Told, until: datetime, *, is_new: bool, now: datetime) -> None:
    """The timeline after the new rows, or after a later end of the history."""
    monitor = Monitor.objects.select_for_update().get(pk=_monitor(one).pk)
    end = until
    if monitor.kind != MonitorKind.PASSIVE:
        end = min(end, monitor.created_at)
    is_longer = monitor.imported_until is None or monitor.imported_until < end
    if is_longer:
        monitor.imported_until = end
        monitor.save(update_fields=["imported_until"])
    if not (one.new or is_longer or is_new):
        return
    evidence = [_evidence(row, monitor, now) for row in one.rows]
    if monitor.kind == MonitorKind.PASSIVE:
        replay(monitor, evidence, now=now)
    else:
        _put_before(monitor, now=now)


def _put_before(monitor: Monitor, *, now: datetime) -> None:
    """A timeline that was told, in front of the one that the portal saw itself."""
    evidence = [
        piece
        for piece in queries.evidence_before(monitor, monitor.created_at, limit=10_000_000)
        if piece.confirmed_until is not None
    ]
    start = evidence[0].observed_at
    end = monitor.created_at
    _, told = timeline(Machine.new(start), evidence, monitor.rules, now=end)
    told[-1] = Spell(
        told[-1].state, told[-1].start, end, told[-1].decided_at, told[-1].last_contrary_at
    )
    seen = [
        Spell(
            State(row.state),
            row.valid.lower,
            row.valid.upper,
            row.decided_at,
            row.last_contrary_at,
        )
        for row in queries.believed_from(monitor, end)
        if row.valid.lower >= end
    ]
    intervals.rewrite(monitor, queries.standing_machine(monitor), [*told, *seen], now=now)


def _observation(row: Row) -> Observation:
    return Observation(
        slot=row.at,
        outcome=row.outcome,
        code=row.code,
        elapsed_us=row.elapsed_us,
        is_imported=True,
    )


def _evidence(row: Row, monitor: Monitor, now: datetime) -> Evidence:
    piece = _observation(row).evidence(arrived_at=now, confirmed_until=monitor.imported_until)
    if piece is None:
        raise ValueError("an imported row always proves something")
    return piece


def _monitor(one: _Told) -> Monitor:
    if one.monitor is None:
        raise ValueError(f"{one.name} has no monitor yet")
    return one.monitor


def _hull(rows: Sequence[Row]) -> Interval | None:
    if not rows:
        return None
    return Interval(min(row.at for row in rows), max(row.at for row in rows))


def _summary(one: _Told) -> dict[str, Any]:
    return {
        "name": one.name,
        "new_rows": len(one.new),
        "same_rows": one.same,
        "is_new": one.monitor is None,
        "outages": down_spells(row.outcome for row in one.rows),
    }


def _result(told: Sequence[_Told], errors: Sequence[BadRow]) -> dict[str, Any]:
    return {
        "new_rows": sum(len(one.new) for one in told),
        "same_rows": sum(one.same for one in told),
        "outages": sum(down_spells(row.outcome for row in one.rows) for one in told),
        "errors": len(errors),
        "monitors": [
            {
                "name": one.name,
                "service_id": str(_monitor(one).service_id)
                if _monitor(one).service_id
                else None,
                "first_at": one.rows[0].at.isoformat(),
            }
            for one in told
        ],
    }
