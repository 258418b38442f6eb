"""What each second of a period was, as the agreement counts (spec slm 3.4).

Facts are whole seconds. Every edge is cut down to its whole second before anything is
counted, so neighbouring spans never share or lose a second, days add up to their period,
and every second of the period is exactly one of: not effective, out of hours, excluded,
unknown, up, impaired.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bsm.kernel.intervals import Interval
from sla.domain.situation import BEGINNING, FULL, Down, Excuse, Rules, Situation, settled
from sla.domain.words import Effect, Overlap

SECOND = timedelta(seconds=1)


class SecondsOf(StrEnum):
    """What a second is. Forgiven seconds are seconds up, and reported."""

    NOT_EFFECTIVE = "not_effective"
    OUT_OF_HOURS = "out_of_hours"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"
    UP = "up"
    FORGIVEN = "forgiven"
    IMPAIRED = "impaired"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the period that is all alike, and what made it so."""

    start: datetime
    end: datetime
    of: SecondsOf
    weight: int = 0
    cause: str = ""

    @property
    def seconds(self) -> int:
        return (self.end - self.start) // SECOND


@dataclass(frozen=True, slots=True)
class Facts:
    """Seconds by what they were; `forgiven` are of those up, `lost_milli` is weighted."""

    seconds: int = 0
    not_effective: int = 0
    out_of_hours: int = 0
    excluded: int = 0
    unknown: int = 0
    up: int = 0
    impaired: int = 0
    forgiven: int = 0
    lost_milli: int = 0

    def __add__(self, other: Facts) -> Facts:
        return Facts(*(getattr(self, name) + getattr(other, name) for name in FACTS))

    @property
    def measurable(self) -> int:
        """Agreed time that was not excluded, observed or not."""
        return self.up + self.impaired + self.unknown

    @property
    def known(self) -> int:
        return self.up + self.impaired


FACTS = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Measured:
    """A period until now, and how much agreed time of it is still to come."""

    elapsed: Interval
    segments: list[Segment]
    facts: Facts
    to_come_seconds: int


def measure(
    period: Interval, situation: Situation, rules: Rules, *, as_of: datetime | None = None
) -> Measured:
    """The facts of the period, or of the part of it that was over at `as_of`."""
    instant = period.end if as_of is None else min(max(as_of, period.start), period.end)
    start, now, end = whole(period.start), whole(instant), whole(period.end)
    segments = trace(period, situation, rules, as_of=instant)
    past = _cut(segments, start, now)
    coming = _cut(segments, now, end)
    return Measured(Interval(start, now), past, facts_of(past), facts_of(coming).measurable)


def trace(
    span: Interval, situation: Situation, rules: Rules, *, as_of: datetime
) -> list[Segment]:
    """What each second of `span` is, in order and without a hole.

    After `as_of` nothing is down or unknown yet, so agreed time to come is up.
    """
    seen = settled(situation, rules, as_of)
    edges = sorted(_edges(span, seen), key=lambda edge: edge[0])
    state = _State(rules, is_always_open=seen.hours is None)
    segments: list[Segment] = []
    at, end = whole(span.start), whole(span.end)
    for instant, layer, sign, what in edges:
        if instant > at:
            until = min(instant, end)
            for segment in state.segments(at, until):
                _append(segments, segment)
            at = until
        if at >= end:
            break
        state.change(layer, sign, what)
    if at < end:
        for segment in state.segments(at, end):
            _append(segments, segment)
    return segments


def facts_of(segments: Iterable[Segment]) -> Facts:
    """The sum of the segments."""
    seconds = dict.fromkeys(SecondsOf, 0)
    lost_milli = 0
    for segment in segments:
        seconds[segment.of] += segment.seconds
        lost_milli += segment.seconds * segment.weight
    return Facts(
        seconds=sum(seconds.values()),
        not_effective=seconds[SecondsOf.NOT_EFFECTIVE],
        out_of_hours=seconds[SecondsOf.OUT_OF_HOURS],
        excluded=seconds[SecondsOf.EXCLUDED],
        unknown=seconds[SecondsOf.UNKNOWN],
        up=seconds[SecondsOf.UP] + seconds[SecondsOf.FORGIVEN],
        impaired=seconds[SecondsOf.IMPAIRED],
        forgiven=seconds[SecondsOf.FORGIVEN],
        lost_milli=lost_milli,
    )


def facts_by_day(
    segments: Sequence[Segment], days: Iterable[tuple[date, Interval]]
) -> dict[date, Facts]:
    """The facts of each local day; `days` and segments are in order."""
    found = {}
    first = 0
    for day, span in days:
        start, end = whole(span.start), whole(span.end)
        while first < len(segments) and segments[first].end <= start:
            first += 1
        parts = []
        for segment in segments[first:]:
            if segment.start >= end:
                break
            part = _clipped(segment, start, end)
            if part:
                parts.append(part)
        found[day] = facts_of(parts)
    return found


def whole(instant: datetime) -> datetime:
    """Cut down to the whole second."""
    return instant.replace(microsecond=0) if instant.microsecond else instant


class _Layer(StrEnum):
    EFFECTIVE = "effective"
    OPEN = "open"
    EXCUSED = "excused"
    UNKNOWN = "unknown"
    DOWN = "down"


_What = Down | Excuse | None
_Edge = tuple[datetime, _Layer, int, _What]


def _edges(span: Interval, seen: Situation) -> Iterator[_Edge]:
    """Where something begins (+1) or ends (-1)."""
    yield whole(seen.effective_from or BEGINNING), _Layer.EFFECTIVE, 1, None
    if seen.effective_to is not None:
        yield whole(seen.effective_to), _Layer.EFFECTIVE, -1, None
    for interval in seen.hours or ():
        yield from _both(interval, _Layer.OPEN, None)
    for interval in seen.unknown:
        yield from _both(interval, _Layer.UNKNOWN, None)
    for excuse in seen.excuses:
        yield from _both(excuse.interval, _Layer.EXCUSED, excuse)
    for outage in seen.outages:
        if outage.interval.overlaps(span):
            yield from _both(outage.interval, _Layer.DOWN, outage)


def _both(interval: Interval, layer: _Layer, what: _What) -> Iterator[_Edge]:
    start, end = whole(interval.start), whole(interval.end)
    if start < end:
        yield start, layer, 1, what
        yield end, layer, -1, what


class _State:
    """What holds at one instant of the sweep."""

    def __init__(self, rules: Rules, *, is_always_open: bool) -> None:
        self._sums = rules.overlap is Overlap.SUM
        self._cap_left = rules.exclusion_cap_seconds
        self._effective = 0
        self._open = 1 if is_always_open else 0
        self._unknown = 0
        self._excuses: list[Excuse] = []
        self._down: list[Down] = []

    def change(self, layer: _Layer, sign: int, what: _What) -> None:
        if layer is _Layer.EFFECTIVE:
            self._effective += sign
        elif layer is _Layer.OPEN:
            self._open += sign
        elif layer is _Layer.UNKNOWN:
            self._unknown += sign
        elif isinstance(what, Excuse):
            self._excuses.append(what) if sign > 0 else self._excuses.remove(what)
        elif isinstance(what, Down):
            self._down.append(what) if sign > 0 else self._down.remove(what)

    def segments(self, start: datetime, end: datetime) -> list[Segment]:
        """The stretch until the next edge: one segment, or two where the cap runs out in it."""
        if self._effective <= 0:
            return [Segment(start, end, SecondsOf.NOT_EFFECTIVE)]
        if self._open <= 0:
            return [Segment(start, end, SecondsOf.OUT_OF_HOURS)]
        if not self._excuses:
            return [self._plain(start, end)]
        if self._cap_left is None:
            return [self._excused(start, end)]
        covered = min(self._cap_left, (end - start) // SECOND)
        self._cap_left -= covered
        middle = start + covered * SECOND
        parts = []
        if start < middle:
            parts.append(self._excused(start, middle))
        if middle < end:
            parts.append(self._plain(middle, end))
        return parts

    def _excused(self, start: datetime, end: datetime) -> Segment:
        strongest = min(self._excuses, key=lambda e: (e.effect is not Effect.EXCLUDE, e.id))
        if strongest.effect is Effect.EXCLUDE:
            return Segment(start, end, SecondsOf.EXCLUDED, cause=strongest.id)
        plain = self._plain(start, end)
        if plain.of is SecondsOf.IMPAIRED:
            return Segment(start, end, SecondsOf.FORGIVEN, cause=strongest.id)
        return plain

    def _plain(self, start: datetime, end: datetime) -> Segment:
        # Evidence of down goes before absence of evidence.
        if not self._down:
            of = SecondsOf.UNKNOWN if self._unknown > 0 else SecondsOf.UP
            return Segment(start, end, of)
        heaviest = min(self._down, key=lambda d: (-d.weight, d.interval, d.id))
        weight = heaviest.weight
        if self._sums:
            weight = min(sum(outage.weight for outage in self._down), FULL)
        if not weight:
            return Segment(start, end, SecondsOf.UP)
        return Segment(start, end, SecondsOf.IMPAIRED, weight, heaviest.id)


def _append(segments: list[Segment], new: Segment) -> None:
    """Add the segment; one that goes on like the last prolongs it."""
    if segments and _alike(segments[-1], new):
        segments[-1] = replace(segments[-1], end=new.end)
    else:
        segments.append(new)


def _alike(last: Segment, new: Segment) -> bool:
    return (last.of, last.weight, last.cause) == (new.of, new.weight, new.cause)


def _cut(segments: Iterable[Segment], start: datetime, end: datetime) -> list[Segment]:
    """The parts between two whole seconds."""
    parts = (_clipped(segment, start, end) for segment in segments)
    return [part for part in parts if part]


def _clipped(segment: Segment, start: datetime, end: datetime) -> Segment | None:
    start, end = max(segment.start, start), min(segment.end, end)
    if start >= end:
        return None
    if (start, end) == (segment.start, segment.end):
        return segment
    return replace(segment, start=start, end=end)
