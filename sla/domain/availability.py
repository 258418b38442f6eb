"""What each second of a period was, as the agreement counts (spec slm 3.4).

Facts are whole seconds. Every edge is cut down to its whole second before anything is
counted, so neighbouring spans never share or lose a second, days add up to their period,
and every second of the period is exactly one of: not effective, out of hours, excluded,
unknown, up, impaired. Rules that look beyond one instant (shortest outage that counts,
gaps bridged, notice of exclusions) are settled before the period is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from bsm.kernel.intervals import Interval, merge, subtract
from sla.domain.words import Effect, Overlap, UnknownPolicy

SECOND = timedelta(seconds=1)
BEGINNING = datetime.min.replace(tzinfo=UTC)
FULL = 1000  # per mille


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
class Down:
    """An outage, and how much of the service it took, per mille."""

    interval: Interval
    weight: int = FULL
    id: str = ""


@dataclass(frozen=True, slots=True)
class Excuse:
    """An exclusion. Only approved ones have an effect."""

    interval: Interval
    effect: Effect
    is_approved: bool
    announced_at: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How the agreement counts."""

    unknown_policy: UnknownPolicy = UnknownPolicy.EXCLUDE
    hold_last_seconds: int = 0
    overlap: Overlap = Overlap.MAX
    min_outage_seconds: int = 0
    notice_hours: int = 0
    exclusion_cap_seconds: int | None = None

    @property
    def reach(self) -> timedelta:
        """How far outside a span one must look to settle the rules at its edges."""
        return timedelta(seconds=max(self.hold_last_seconds, self.min_outage_seconds) + 1)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything known about a service around a period. `hours` None: around the clock."""

    hours: Sequence[Interval] | None = None
    outages: Sequence[Down] = ()
    excuses: Sequence[Excuse] = ()
    unknown: Sequence[Interval] = ()
    effective_from: datetime | None = None
    effective_to: datetime | None = None


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
    now = period.end if as_of is None else min(max(as_of, period.start), period.end)
    segments = trace(period, situation, rules, as_of=now)
    past = [part for part in (_clipped(s, period.start, now) for s in segments) if part]
    coming = [part for part in (_clipped(s, now, period.end) for s in segments) if part]
    return Measured(
        Interval(whole(period.start), whole(now)),
        past,
        facts_of(past),
        facts_of(coming).measurable,
    )


def trace(
    span: Interval, situation: Situation, rules: Rules, *, as_of: datetime
) -> list[Segment]:
    """What each second of `span` is, in order and without a hole.

    After `as_of` nothing is down or unknown yet, so agreed time to come is up.
    """
    seen = _settled(situation, rules, as_of)
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
    return instant.replace(microsecond=0)


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


def _settled(situation: Situation, rules: Rules, as_of: datetime) -> Situation:
    """Apply the rules that look beyond one instant; nothing is seen after `as_of`."""
    seen = Interval(BEGINNING, max(as_of, BEGINNING))
    outages = [replace(o, interval=o.interval.clipped(seen)) for o in situation.outages]
    outages = _long_enough(outages, timedelta(seconds=rules.min_outage_seconds))
    unknown = merge(gap.clipped(seen) for gap in situation.unknown)
    if rules.unknown_policy is UnknownPolicy.HOLD_LAST:
        unknown, held = _bridged(unknown, outages, timedelta(seconds=rules.hold_last_seconds))
        outages += held
    return replace(
        situation,
        hours=None if situation.hours is None else merge(situation.hours),
        outages=outages,
        unknown=unknown,
        excuses=[e for e in situation.excuses if is_granted(e, rules)],
    )


def is_granted(excuse: Excuse, rules: Rules) -> bool:
    """Approved, with an effect, and announced early enough."""
    if not excuse.is_approved or excuse.effect is Effect.REPORT_ONLY:
        return False
    if not rules.notice_hours:
        return True
    latest = excuse.interval.start - timedelta(hours=rules.notice_hours)
    return excuse.announced_at is not None and excuse.announced_at <= latest


def _long_enough(outages: list[Down], shortest: timedelta) -> list[Down]:
    """Without those that, joined with what touches them, are shorter than the shortest."""
    outages = [outage for outage in outages if not outage.interval.is_empty]
    if not shortest:
        return outages
    joined = merge(outage.interval for outage in outages)
    counted = [span for span in joined if span.duration >= shortest]
    return [o for o in outages if any(span.overlaps(o.interval) for span in counted)]


def _bridged(
    unknown: list[Interval], outages: list[Down], longest: timedelta
) -> tuple[list[Interval], list[Down]]:
    """Short gaps take the state they began in; returned are the long ones, and what is held."""
    kept, held = [], []
    for gap in subtract(unknown, (outage.interval for outage in outages)):
        if gap.duration > longest:
            kept.append(gap)
            continue
        before = [o for o in outages if o.interval.start < gap.start <= o.interval.end]
        held += [replace(outage, interval=gap) for outage in before]
    return kept, held


def _append(segments: list[Segment], new: Segment) -> None:
    """Add the segment; one that goes on like the last prolongs it."""
    if segments and _alike(segments[-1], new):
        segments[-1] = replace(segments[-1], end=new.end)
    else:
        segments.append(new)


def _alike(last: Segment, new: Segment) -> bool:
    return (last.of, last.weight, last.cause) == (new.of, new.weight, new.cause)


def _clipped(segment: Segment, start: datetime, end: datetime) -> Segment | None:
    start, end = max(segment.start, whole(start)), min(segment.end, whole(end))
    if start >= end:
        return None
    if (start, end) == (segment.start, segment.end):
        return segment
    return replace(segment, start=start, end=end)
