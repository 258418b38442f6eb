"""Taking in results: they are recorded once, and what they prove becomes states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

from django.db import connection, transaction

from monitoring import queries
from monitoring.commands import intervals
from monitoring.domain.machine import (
    Evidence,
    Machine,
    refreshed,
    restart_at,
    run,
    silence,
    timeline,
)
from monitoring.domain.observation import Observation
from monitoring.domain.status import STATE_OF_SEVERITY, Outcome
from monitoring.models import Evidence as EvidenceRow
from monitoring.models import Monitor, MonitorKind
from monitoring.models.result import POLLED, TOLD

STAGE = """
    CREATE TEMP TABLE IF NOT EXISTS monitoring_stage (
        monitor_number integer, location smallint, slot timestamptz, late_ms integer,
        elapsed_us integer, outcome smallint, code integer, is_imported boolean,
        is_ignored boolean) ON COMMIT DELETE ROWS
"""
COPY = "COPY monitoring_stage FROM STDIN"
UNSTAGE = """
    INSERT INTO monitoring_checkresult SELECT * FROM monitoring_stage
    ON CONFLICT DO NOTHING RETURNING monitor_number, slot
"""
# Flushes share it; the watch for silence takes it alone, so that it cannot decide on a
# monitor whose newest result is written but not yet committed.
SHARE = "SELECT pg_advisory_xact_lock_shared(hashtext('monitoring_silence'))"
ALONE = "SELECT pg_advisory_xact_lock(hashtext('monitoring_silence'))"
LOOK_BACK = 64


@transaction.atomic
def record_results(
    monitor: Monitor,
    results: Iterable[Observation | tuple[datetime, Outcome]],
    *,
    now: datetime,
) -> int:
    """Take in results of one monitor that come from outside; answers how many were new.

    The front door for pushed, single and late results. The monitor is locked: pushes to it
    that come at the same time wait for each other.
    """
    locked = Monitor.objects.select_for_update().get(pk=monitor.pk)
    if locked.kind != MonitorKind.PASSIVE:
        with connection.cursor() as cursor:
            cursor.execute(ALONE)
    observations = [Observation(*result) for result in results]
    observations.sort(key=lambda seen: seen.observed_at)
    machine = queries.standing_machine(locked)
    horizon = timedelta(milliseconds=locked.late_horizon_ms)
    ignored = {
        seen.slot
        for seen in observations
        if _is_too_late(machine, seen, now=now, horizon=horizon)
    }
    fresh = store({locked.number: observations}, location=TOLD, ignored=ignored)
    believed = [
        piece
        for seen in observations
        if (locked.number, seen.slot) in fresh and seen.slot not in ignored
        if (piece := seen.evidence(arrived_at=now)) is not None
    ]
    take_in(locked, machine, believed, now=now)
    return len(fresh)


def store(
    batch: Mapping[int, Sequence[Observation]],
    *,
    location: int = POLLED,
    ignored: Iterable[datetime] = (),
) -> set[tuple[int, datetime]]:
    """Record results by the number of their monitor, with COPY.

    Answers (number, slot) of those that were not recorded before (R1).
    """
    late = frozenset(ignored)
    stage, notes = StringIO(), []
    for number, observations in batch.items():
        for seen in observations:
            stage.write(_copied(number, location, seen, ignored=seen.slot in late))
            if seen.message:
                notes.append(
                    EvidenceRow(
                        monitor_number=number,
                        slot=seen.slot,
                        message=seen.message[:500],
                    )
                )
    stage.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.copy_expert(COPY, stage)
        cursor.execute(UNSTAGE)
        fresh = set(cursor.fetchall())
        cursor.execute("TRUNCATE monitoring_stage")
    if notes:
        EvidenceRow.objects.bulk_create(
            [note for note in notes if (note.monitor_number, note.slot) in fresh],
            ignore_conflicts=True,
        )
    return fresh


def take_in(
    monitor: Monitor, machine: Machine, evidence: Sequence[Evidence], *, now: datetime
) -> None:
    """Turn new evidence of a locked monitor into states. Late evidence is replayed (R8)."""
    if any(machine.is_late(piece) for piece in evidence):
        replay(monitor, evidence, now=now)
        return
    after, changes = run(machine, evidence, monitor.rules)
    after, hushed = silence(after, now)
    if evidence or hushed:
        intervals.advance(monitor, after, [*changes, *hushed], now=now)


def replay(monitor: Monitor, arrived: Sequence[Evidence], *, now: datetime) -> datetime | None:
    """Run the machine again from the last point before the new evidence at which no run
    was open; nothing before that point can change."""
    since = min(piece.observed_at for piece in arrived)
    machine, before = _restart(monitor, since)
    arrivals = {piece.observed_at: piece.arrived_at for piece in arrived}
    pieces = [
        replace(piece, arrived_at=arrivals.get(piece.observed_at, piece.arrived_at))
        for piece in [*before, *queries.evidence_from(monitor, since)]
    ]
    if pieces and machine.last_at is None:
        machine = replace(machine, since=min(machine.since, pieces[0].observed_at))
    machine, spells = timeline(machine, pieces, monitor.rules, now=now)
    return intervals.rewrite(monitor, machine, spells, now=now)


def _restart(monitor: Monitor, since: datetime) -> tuple[Machine, list[Evidence]]:
    """The machine to start again from, and the evidence between it and `since`."""
    limit = LOOK_BACK
    while True:
        before = queries.evidence_before(monitor, since, limit=limit)
        found = restart_at(before, monitor.rules)
        if found is not None:
            piece = before[found]
            standing = _settled(monitor, piece)
            return refreshed(standing, piece, monitor.rules), before[found + 1 :]
        if len(before) < limit:
            return Machine.new(monitor.created_at), before
        limit *= 8


def _settled(monitor: Monitor, piece: Evidence) -> Machine:
    """The machine that the piece settles; its state began when the believed one did."""
    state = STATE_OF_SEVERITY[piece.severity]
    spell = queries.believed_at(monitor, piece.observed_at)
    same = spell is not None and spell.state == state
    since = spell.valid.lower if spell is not None and same else piece.observed_at
    return Machine(state, since, last_known=state)


def _is_too_late(
    machine: Machine, seen: Observation, *, now: datetime, horizon: timedelta
) -> bool:
    piece = seen.evidence(arrived_at=now)
    return piece is not None and machine.is_late(piece) and now - seen.observed_at > horizon


def _copied(number: int, location: int, seen: Observation, *, ignored: bool) -> str:
    elapsed = r"\N" if seen.elapsed_us is None else seen.elapsed_us
    code = r"\N" if seen.code is None else seen.code
    return (
        f"{number}\t{location}\t{seen.slot.isoformat()}\t{seen.late_ms}\t{elapsed}\t"
        f"{int(seen.outcome)}\t{code}\t{seen.is_imported}\t{ignored}\n"
    )
