"""When a change is real: from single checks to the state of a monitor (rules R1 to R8).

The machine is a frozen value. `step` takes one piece of evidence and answers with the
machine after it and the changes it decided; a change may start in the past, at the first
check of the run that confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitoring.domain.status import STATE_OF_SEVERITY, State

LEVEL = {state: level for level, state in enumerate(STATE_OF_SEVERITY)}
NO_LEVEL = -1  # unknown is better than nothing and worse than nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """How many checks in a row are believed, and how long silence is."""

    confirm_down: int = 3
    confirm_degraded: int = 3
    confirm_up: int = 1
    stale_after: timedelta | None = None

    def confirm(self, level: int) -> int:
        return (self.confirm_up, self.confirm_degraded, self.confirm_down)[level]

    @property
    def longest_run(self) -> int:
        return max(self.confirm_down, self.confirm_degraded, self.confirm_up)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one check proves: severity 0 (ok), 1 (warn) or 2 (fail). Errors prove nothing (R4).

    Imported states were confirmed elsewhere: they hold from their instant until the next
    piece of evidence, the last of them until `confirmed_until`.
    """

    observed_at: datetime
    severity: int
    arrived_at: datetime
    confirmed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The monitor is in `state` from `starts_at` on."""

    state: State
    starts_at: datetime
    decided_at: datetime
    last_contrary_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of one state; `end` is None while it lasts."""

    state: State
    start: datetime
    end: datetime | None
    decided_at: datetime
    last_contrary_at: datetime | None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a monitor stands. `tail` is the evidence that open runs are made of."""

    state: State
    since: datetime
    last_known: State = State.UNKNOWN
    tail: tuple[Evidence, ...] = ()
    before_at: datetime | None = None
    fresh_until: datetime | None = None

    @classmethod
    def new(cls, created_at: datetime) -> Machine:
        """A monitor is unknown from its creation on (R2)."""
        return cls(State.UNKNOWN, created_at)

    @property
    def last_at(self) -> datetime | None:
        """When the newest evidence was observed."""
        return self.tail[-1].observed_at if self.tail else self.before_at

    @property
    def is_settled(self) -> bool:
        """No run is open: the newest evidence says what the state says already."""
        return len(self.tail) == 1 and self.tail[0].severity == LEVEL.get(self.state)

    def is_late(self, evidence: Evidence) -> bool:
        """Whether the evidence belongs before something that was decided or seen (R8)."""
        if self.last_at is not None and evidence.observed_at <= self.last_at:
            return True
        return evidence.observed_at < self.since

    def soft_count(self) -> int:
        """How many checks in a row speak against the present state (the 2 of "2/3")."""
        level = LEVEL.get(self.state, NO_LEVEL)
        count = 0
        for piece in reversed(self.tail):
            if piece.severity == level:
                break
            count += 1
        return count

    def at_a_boundary(self) -> Machine:
        """The same state without open runs: no run crosses a change of what is asked (R10)."""
        return replace(self, tail=(), before_at=self.last_at)

    def retimed(self, rules: Rules) -> Machine:
        """The same machine when silence is measured differently from now on."""
        if not self.tail:
            return self
        return replace(self, fresh_until=_fresh_until(self.tail[-1], rules))

    def silenced(self, now: datetime) -> Machine:
        """Nothing is known from `now` on."""
        if self.state is State.UNKNOWN:
            return replace(self, fresh_until=None)
        return replace(self, state=State.UNKNOWN, since=max(now, self.since), fresh_until=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "state": str(self.state),
            "since": self.since.isoformat(),
            "last_known": str(self.last_known),
            "tail": [_written(piece) for piece in self.tail],
            "before_at": _text(self.before_at),
            "fresh_until": _text(self.fresh_until),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Machine:
        return cls(
            state=State(data["state"]),
            since=datetime.fromisoformat(data["since"]),
            last_known=State(data["last_known"]),
            tail=tuple(_read(piece) for piece in data["tail"]),
            before_at=_instant(data["before_at"]),
            fresh_until=_instant(data["fresh_until"]),
        )


def step(
    machine: Machine, evidence: Evidence, rules: Rules
) -> tuple[Machine, tuple[Change, ...]]:
    """Take in evidence that is newer than all before it."""
    machine, silence = expire(machine, evidence.observed_at)
    fresh_until = _fresh_until(evidence, rules)
    if machine.is_settled and evidence.severity == machine.tail[0].severity:
        return replace(machine, tail=(evidence,), fresh_until=fresh_until), silence
    tail = (*machine.tail, evidence)
    decided = _decide(machine, tail, rules)
    if decided is None:
        return _without_change(machine, tail, fresh_until, rules), silence
    level, length = decided
    first = len(tail) - length
    change = Change(
        state=STATE_OF_SEVERITY[level],
        starts_at=tail[first].observed_at,
        decided_at=evidence.arrived_at,
        last_contrary_at=tail[first - 1].observed_at if first else machine.before_at,
    )
    changed = replace(
        machine, state=change.state, since=change.starts_at, last_known=change.state
    )
    return _without_change(changed, tail, fresh_until, rules), (*silence, change)


def expire(machine: Machine, now: datetime) -> tuple[Machine, tuple[Change, ...]]:
    """Silence: unknown from exactly the end of freshness, whenever it is noticed (R5)."""
    if machine.fresh_until is None or now <= machine.fresh_until:
        return machine, ()
    deadline = machine.fresh_until
    broken = replace(machine, tail=(), before_at=machine.last_at, fresh_until=None)
    if machine.state is State.UNKNOWN:
        return broken, ()
    change = Change(State.UNKNOWN, deadline, deadline, machine.last_at)
    return replace(broken, state=State.UNKNOWN, since=deadline), (change,)


def silence(machine: Machine, now: datetime) -> tuple[Machine, tuple[Change, ...]]:
    """What the clock alone decides by `now`.

    An unknown monitor stays as it is, its open run included: evidence of the time before
    the run went stale may still arrive, in its order, and belongs to it. `step` breaks the
    run when evidence from after that shows that nothing came.
    """
    after, changes = expire(machine, now)
    return (after, changes) if changes else (machine, ())


def run(
    machine: Machine, evidence: Iterable[Evidence], rules: Rules
) -> tuple[Machine, list[Change]]:
    """Take in pieces of evidence, oldest first."""
    changes: list[Change] = []
    for piece in evidence:
        machine, decided = step(machine, piece, rules)
        changes.extend(decided)
    return machine, changes


def refreshed(machine: Machine, last: Evidence, rules: Rules) -> Machine:
    """A settled machine that has since seen more of the same, of which `last` is the newest."""
    return replace(machine, tail=(last,), fresh_until=_fresh_until(last, rules))


def turned(spells: Sequence[Spell], changes: Iterable[Change]) -> list[Spell]:
    """The spells after the changes. One that is left empty disappears (R7)."""
    timeline = list(spells)
    for change in changes:
        while timeline and timeline[-1].start >= change.starts_at:
            timeline.pop()
        if timeline and timeline[-1].state is change.state:
            timeline[-1] = replace(timeline[-1], end=None)
            continue
        if timeline:
            timeline[-1] = replace(timeline[-1], end=change.starts_at)
        timeline.append(
            Spell(
                state=change.state,
                start=change.starts_at,
                end=None,
                decided_at=change.decided_at,
                last_contrary_at=change.last_contrary_at,
            )
        )
    return timeline


def timeline(
    machine: Machine, evidence: Iterable[Evidence], rules: Rules, *, now: datetime
) -> tuple[Machine, list[Spell]]:
    """The whole history from a standing machine on: what replay and simulation use."""
    standing = Spell(machine.state, machine.since, None, machine.since, None)
    machine, changes = run(machine, evidence, rules)
    machine, hushed = silence(machine, now)
    return machine, turned([standing], [*changes, *hushed])


def restart_at(evidence: Sequence[Evidence], rules: Rules) -> int | None:
    """Index of the newest piece after which the state is certain and no run is open (R8).

    As many equal pieces in a row as the longest confirmation wants settle the machine
    whatever came before them, if no silence could lie between; so does a confirmed state.
    """
    needed = rules.longest_run
    count = 0
    for n in range(len(evidence) - 1, -1, -1):
        piece = evidence[n]
        if piece.confirmed_until is not None:
            return n
        alike = n + 1 < len(evidence) and _follows_at_once(piece, evidence[n + 1], rules)
        count = count + 1 if alike and count else 1
        if count >= needed:
            return n + needed - 1
    return None


def _follows_at_once(earlier: Evidence, later: Evidence, rules: Rules) -> bool:
    if later.confirmed_until is not None or earlier.severity != later.severity:
        return False
    fresh_until = _fresh_until(earlier, rules)
    return fresh_until is None or later.observed_at <= fresh_until


def _decide(
    machine: Machine, tail: tuple[Evidence, ...], rules: Rules
) -> tuple[int, int] | None:
    """The level that is confirmed now and the length of the run that confirms it (R3, R6)."""
    newest = tail[-1]
    level = LEVEL.get(machine.state, NO_LEVEL)
    if newest.confirmed_until is not None:
        return (newest.severity, 1) if newest.severity != level else None
    for target in (2, 1):
        if target > level:
            length = _run_length(tail, low=target, high=2)
            if length >= rules.confirm(target):
                return target, length
    if level == NO_LEVEL:
        needed = rules.confirm_up if machine.last_known is State.DOWN else 1
        length = _run_length(tail, low=0, high=0)
        return (0, length) if length >= needed else None
    for target in (0, 1):
        if target < level:
            length = _run_length(tail, low=0, high=target)
            if length >= rules.confirm_up:
                return target, length
    return None


def _run_length(tail: tuple[Evidence, ...], *, low: int, high: int) -> int:
    length = 0
    for piece in reversed(tail):
        if not low <= piece.severity <= high:
            break
        length += 1
    return length


def _without_change(
    machine: Machine, tail: tuple[Evidence, ...], fresh_until: datetime | None, rules: Rules
) -> Machine:
    """The machine with as much of the tail as later decisions can need."""
    settled = tail[-1].severity == LEVEL.get(machine.state)
    keep = 1 if settled else rules.longest_run
    dropped = tail[:-keep]
    before_at = dropped[-1].observed_at if dropped else machine.before_at
    return replace(machine, tail=tail[-keep:], before_at=before_at, fresh_until=fresh_until)


def _fresh_until(evidence: Evidence, rules: Rules) -> datetime | None:
    if evidence.confirmed_until is not None:
        return evidence.confirmed_until
    if rules.stale_after is None:
        return None
    return evidence.observed_at + rules.stale_after


def _written(piece: Evidence) -> list[Any]:
    return [
        piece.observed_at.isoformat(),
        piece.severity,
        piece.arrived_at.isoformat(),
        _text(piece.confirmed_until),
    ]


def _read(data: list[Any]) -> Evidence:
    return Evidence(
        datetime.fromisoformat(data[0]),
        data[1],
        datetime.fromisoformat(data[2]),
        _instant(data[3]),
    )


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
