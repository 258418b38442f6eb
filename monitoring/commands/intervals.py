"""Writing the timeline of a monitor, its incidents and its head, and saying what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from monitoring import queries
from monitoring.domain import incidents
from monitoring.domain.machine import Change, Machine, Spell
from monitoring.domain.status import State
from monitoring.models import Incident, Monitor, MonitorHead, StatusInterval
from monitoring.signals import status_changed

SpellKey = tuple[str, datetime, datetime | None]


def begin(monitor: Monitor, machine: Machine, *, now: datetime) -> None:
    """The first interval and the head of a new monitor."""
    standing = Spell(machine.state, machine.since, None, now, None)
    StatusInterval.objects.bulk_create([_row(monitor, standing, now=now)])
    MonitorHead.objects.create(
        monitor=monitor, state=machine.state, since=machine.since, machine=machine.to_json()
    )
    announce(monitor, machine.since)


def advance(
    monitor: Monitor, machine: Machine, changes: Sequence[Change], *, now: datetime
) -> None:
    """Write changes that follow what is written already, and the head after them.

    The open end of the standing interval is cut in place: it meant "until further notice".
    """
    for change in changes:
        _turn(monitor, change, now=now)
        _follow(monitor, change)
    save_head(monitor, machine)
    if changes:
        announce(monitor, min(change.starts_at for change in changes))


def rewrite(
    monitor: Monitor, machine: Machine, spells: Sequence[Spell], *, now: datetime
) -> datetime | None:
    """Replace the timeline from the first spell on by what late evidence makes of it (R8).

    Rows that stay true stay; the others are no longer believed from now on, and new ones
    stand beside them. Answers the earliest instant whose state changed.
    """
    old = queries.believed_from(monitor, spells[0].start)
    decided = {(row.state, row.valid.lower): row for row in old}
    wanted = {_key(spell): spell for spell in spells}
    kept = {_row_key(row) for row in old} & wanted.keys()
    gone = [row for row in old if _row_key(row) not in kept]
    added = [spell for key, spell in wanted.items() if key not in kept]
    _stop_believing(gone, now=now)
    rows = []
    for spell in added:
        row = _row(monitor, spell, now=now)
        before = decided.get((row.state, spell.start))
        if before is not None:
            row.decided_at = before.decided_at
            row.last_contrary_at = before.last_contrary_at
        rows.append(row)
    StatusInterval.objects.bulk_create(rows)
    save_head(monitor, machine)
    changed_at = _first_difference([_row_key(row) for row in old], list(wanted))
    if changed_at is not None:
        _retell_incidents(monitor)
        announce(monitor, changed_at)
    return changed_at


def save_head(monitor: Monitor, machine: Machine) -> None:
    head = MonitorHead(
        monitor=monitor,
        state=machine.state,
        since=machine.since,
        machine=machine.to_json(),
        last_evidence_at=machine.last_at,
    )
    head.save(
        force_update=True,
        update_fields=["state", "since", "machine", "last_evidence_at", "updated_at"],
    )


def announce(monitor: Monitor, since: datetime) -> None:
    status_changed.send(StatusInterval, subject=str(monitor.subject), since=since)


def _turn(monitor: Monitor, change: Change, *, now: datetime) -> None:
    current = queries.open_interval(monitor)
    if change.starts_at > current.valid.lower:
        current.valid = DateTimeTZRange(current.valid.lower, change.starts_at)
        current.save(update_fields=["valid"])
    else:
        _stop_believing([current], now=now)
    spell = Spell(
        change.state, change.starts_at, None, change.decided_at, change.last_contrary_at
    )
    StatusInterval.objects.bulk_create([_row(monitor, spell, now=now)])


def _stop_believing(rows: Sequence[StatusInterval], *, now: datetime) -> None:
    """Close the time of belief; what was never believed before `now` goes without trace."""
    at_once = [row.pk for row in rows if row.recorded.lower >= now]
    StatusInterval.objects.filter(pk__in=at_once).delete()
    for row in rows:
        row.recorded = DateTimeTZRange(row.recorded.lower, max(now, row.recorded.lower))
    StatusInterval.objects.bulk_update(
        [row for row in rows if row.pk not in at_once], ["recorded"]
    )


def _follow(monitor: Monitor, change: Change) -> None:
    row = Incident.objects.filter(monitor=monitor).order_by("-started_at").first()
    last = _occurrence(row) if row else None
    told = incidents.follow(last, change)
    if told is None:
        return
    if row is None or told.started_at != row.started_at:
        row = Incident(monitor=monitor)
    _tell(row, told)
    row.save()


def _retell_incidents(monitor: Monitor) -> None:
    """Bring the incidents in line with the whole timeline; those that stay keep their id."""
    changes = [
        Change(State(row.state), row.valid.lower, row.decided_at, row.last_contrary_at)
        for row in queries.believed_from(monitor, None)
    ]
    told = incidents.incidents(changes)
    rows = list(Incident.objects.filter(monitor=monitor).order_by("started_at"))
    by_start = {row.started_at: row for row in rows}
    spare = [row for row in rows if row.started_at not in {one.started_at for one in told}]
    chosen = []
    for one in told:
        row = by_start.get(one.started_at) or (spare.pop(0) if spare else None)
        row = row or Incident(monitor=monitor)
        _tell(row, one)
        chosen.append(row)
    Incident.objects.filter(pk__in=[row.pk for row in spare]).delete()
    # The closed first: two open ones must not meet, not even on the way.
    for row in sorted(chosen, key=lambda row: row.closed_at is None):
        row.save()


def _tell(row: Incident, told: incidents.Occurrence) -> None:
    row.started_at = told.started_at
    row.opened_at = told.opened_at
    row.resolved_at = told.resolved_at
    row.closed_at = told.closed_at
    row.occurrences = told.occurrences


def _occurrence(row: Incident) -> incidents.Occurrence:
    return incidents.Occurrence(
        started_at=row.started_at,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        occurrences=row.occurrences,
    )


def _row(monitor: Monitor, spell: Spell, *, now: datetime) -> StatusInterval:
    return StatusInterval(
        monitor=monitor,
        state=spell.state,
        valid=DateTimeTZRange(spell.start, spell.end),
        decided_at=spell.decided_at,
        last_contrary_at=spell.last_contrary_at,
        recorded=DateTimeTZRange(now, None),
    )


def _key(spell: Spell) -> SpellKey:
    return str(spell.state), spell.start, spell.end


def _row_key(row: StatusInterval) -> SpellKey:
    return str(row.state), row.valid.lower, row.valid.upper


def _first_difference(old: list[SpellKey], new: list[SpellKey]) -> datetime | None:
    """The earliest instant at which the two timelines say something else."""
    for left, right in zip(old, new, strict=False):
        if left == right:
            continue
        if left[:2] != right[:2]:
            return min(left[1], right[1])
        return min(end for end in (left[2], right[2]) if end is not None)
    longer = max(old, new, key=len)[min(len(old), len(new)) :]
    return longer[0][1] if longer else None
