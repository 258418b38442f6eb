"""The instants at which a service is promised to be there, by the wall clock.

An instant belongs to the service hours when the local clock then shows a time inside a
window of an open day. So an hour that the clocks skip counts nothing, and one they repeat
counts twice. A window that passes midnight belongs to the day it starts on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bsm.kernel.intervals import Interval, intersect, merge

DAY = timedelta(days=1)
STEP = timedelta(hours=6)  # no zone ever changed its clocks twice within six hours


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """Open on a weekday, 1 Monday to 7 Sunday. `closes_at` <= `opens_at` passes midnight."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, order=True, slots=True)
class Opening:
    """Open on one date, instead of what the week or the holidays say."""

    on: date
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """A special opening goes before a holiday, a holiday before the week."""

    weekly: tuple[Window, ...] = ()
    holidays: frozenset[date] = frozenset()
    openings: tuple[Opening, ...] = ()

    def within(self, span: Interval, zone: tzinfo) -> list[Interval]:
        """The service hours in `span`, sorted and disjoint."""
        # A window may have started a day before, and UTC is up to 15 hours from local time.
        first, last = (span.start - 2 * DAY).date(), (span.end + DAY).date()
        walls = list(self._walls(first, last))
        found = []
        for piece, offset in constant_offsets(span, zone):
            for opens, closes in walls:
                start = max(opens - offset, piece.start)
                end = min(closes - offset, piece.end)
                if start < end:
                    found.append(Interval(start, end))
        return intersect(merge(found), [span])

    def _walls(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        """Opening and closing as the clock on the wall shows them, written as if in UTC."""
        day = first
        while day <= last:
            for opens_at, closes_at in self._hours_on(day):
                closes_on = day if opens_at < closes_at else day + DAY
                yield _wall(day, opens_at), _wall(closes_on, closes_at)
            day += DAY

    def _hours_on(self, day: date) -> list[tuple[time, time]]:
        special = [(o.opens_at, o.closes_at) for o in self.openings if o.on == day]
        if special:
            return special
        if day in self.holidays:
            return []
        weekday = day.isoweekday()
        return [(w.opens_at, w.closes_at) for w in self.weekly if w.weekday == weekday]


def agreed_time(hours: ServiceHours | None, span: Interval, zone: tzinfo) -> list[Interval]:
    """The service hours in `span`; without any stated, around the clock."""
    return merge([span]) if hours is None else hours.within(span, zone)


def constant_offsets(span: Interval, zone: tzinfo) -> list[tuple[Interval, timedelta]]:
    """`span` cut where the clocks of the zone change, each piece with its offset to UTC."""
    pieces = []
    for year in range(span.start.year, span.end.year + 1):
        for piece, offset in _offsets_of_year(zone, year):
            part = piece.clipped(span)
            if not part.is_empty:
                pieces.append((part, offset))
    return pieces


@lru_cache(maxsize=512)
def _offsets_of_year(zone: tzinfo, year: int) -> tuple[tuple[Interval, timedelta], ...]:
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    pieces = []
    edge = at = start
    while at < end:
        following = min(at + STEP, end)
        if _offset(at, zone) != _offset(following, zone):
            change = _change_between(at, following, zone)
            if edge < change:
                pieces.append((Interval(edge, change), _offset(at, zone)))
            edge = change
        at = following
    if edge < end:
        pieces.append((Interval(edge, end), _offset(edge, zone)))
    return tuple(pieces)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first whole second with the offset of `after`."""
    seconds = int((after - before).total_seconds())
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(before + timedelta(seconds=middle), zone) == _offset(before, zone):
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(instant: datetime, zone: tzinfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _wall(day: date, at: time) -> datetime:
    return datetime.combine(day, at, UTC)
