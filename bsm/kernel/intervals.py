"""Spans of time, and the arithmetic every availability figure rests on.

An interval is half-open, [start, end): two that touch neither overlap nor leave a
gap. Functions take intervals in any order and return them sorted and disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """The instants t with start <= t < end. Empty when both ends are the same."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs timezone-aware ends")
        # Python subtracts two datetimes of one zone by the wall clock, an hour wrong across
        # a DST change. UTC has no such change.
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise ValueError(f"an interval cannot end before it starts: {self}")

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    def covers(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end

    def clipped(self, within: Interval) -> Interval:
        """The part inside `within`; empty, at its nearer edge, when they are apart."""
        start = min(max(self.start, within.start), within.end)
        return Interval(start, max(start, min(self.end, within.end)))


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Join what overlaps or touches."""
    merged: list[Interval] = []
    for span in sorted(intervals):
        if span.is_empty:
            continue
        if merged and span.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """The time that both cover."""
    lefts, rights = merge(left), merge(right)
    shared: list[Interval] = []
    i = j = 0
    while i < len(lefts) and j < len(rights):
        start = max(lefts[i].start, rights[j].start)
        end = min(lefts[i].end, rights[j].end)
        if start < end:
            shared.append(Interval(start, end))
        if lefts[i].end < rights[j].end:
            i += 1
        else:
            j += 1
    return shared


def gaps(intervals: Iterable[Interval], *, within: Interval) -> list[Interval]:
    """The time in `within` that the intervals leave uncovered."""
    free: list[Interval] = []
    edge = within.start
    for span in intersect(intervals, [within]):
        if edge < span.start:
            free.append(Interval(edge, span.start))
        edge = span.end
    if edge < within.end:
        free.append(Interval(edge, within.end))
    return free


def subtract(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """The time in `left` that `right` does not cover."""
    lefts = merge(left)
    if not lefts:
        return []
    hull = Interval(lefts[0].start, lefts[-1].end)
    return intersect(lefts, gaps(right, within=hull))


def total(intervals: Iterable[Interval]) -> timedelta:
    """How long the intervals last, counting each instant once."""
    return sum((span.duration for span in merge(intervals)), timedelta())
