"""Calendar periods in a time zone, as spans of time.

A local day starts at the first instant whose local date is that day or later, so the
periods of one kind tile the time line in every zone: a day whose midnight was skipped
starts when the clocks jump, and a date that never was (Apia, 30 December 2011) is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bsm.kernel.intervals import Interval


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
MONTH_NAMES = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
MONTH_TEXT = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The local dates from `first_on` up to, not including, `ends_on`."""

    first_on: date
    ends_on: date
    kind: PeriodKind

    @classmethod
    def containing(cls, kind: PeriodKind, day: date) -> Period:
        """The period of that kind in which the local date lies. Weeks are ISO weeks."""
        if kind is PeriodKind.DAY:
            return cls(day, day + timedelta(days=1), kind)
        if kind is PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(monday, monday + timedelta(days=7), kind)
        length = MONTHS[kind]
        first = date(day.year, (day.month - 1) // length * length + 1, 1)
        return cls(first, _months_later(first, length), kind)

    @classmethod
    def at(cls, kind: PeriodKind, instant: datetime, zone: tzinfo) -> Period:
        """The period of that kind that runs at the instant in the zone."""
        return cls.containing(kind, instant.astimezone(zone).date())

    @classmethod
    def month(cls, text: str) -> Period:
        """The month written as 2026-08. Raises ValueError when it is not one."""
        match = MONTH_TEXT.fullmatch(text)
        if not match:
            raise ValueError(f"a month is written like 2026-08, not {text!r}")
        return cls.containing(PeriodKind.MONTH, date(int(match[1]), int(match[2]), 1))

    @property
    def next(self) -> Period:
        return Period.containing(self.kind, self.ends_on)

    @property
    def previous(self) -> Period:
        return Period.containing(self.kind, self.first_on - timedelta(days=1))

    @property
    def days(self) -> list[date]:
        count = (self.ends_on - self.first_on).days
        return [self.first_on + timedelta(days=n) for n in range(count)]

    def interval(self, zone: tzinfo) -> Interval:
        return Interval(day_start(self.first_on, zone), day_start(self.ends_on, zone))

    @property
    def name(self) -> str:
        """For people: Aug 2026 for a month, else as it is written."""
        if self.kind is PeriodKind.MONTH:
            return f"{MONTH_NAMES[self.first_on.month - 1]} {self.first_on.year}"
        return str(self)

    def __str__(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"{self.first_on:%Y-%m}"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.first_on:%Y}-Q{(self.first_on.month + 2) // 3}"
        if self.kind is PeriodKind.YEAR:
            return f"{self.first_on:%Y}"
        if self.kind is PeriodKind.WEEK:
            return f"{self.first_on:%G-W%V}"
        return self.first_on.isoformat()


def day_start(day: date, zone: tzinfo) -> datetime:
    """The first instant, in UTC, whose local date is `day` or later."""
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    moment = timedelta(microseconds=1)
    if _is_reached(midnight, day, zone) and not _is_reached(midnight - moment, day, zone):
        return midnight
    # Midnight was skipped. Around a skip local dates only grow, so the jump can be halved to.
    before, after = midnight - timedelta(days=2), midnight + timedelta(days=2)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if _is_reached(middle, day, zone):
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def day_interval(day: date, zone: tzinfo) -> Interval:
    """The local day as a span: 23, 24 or 25 hours, or none at all."""
    return Interval(day_start(day, zone), day_start(day + timedelta(days=1), zone))


def _is_reached(instant: datetime, day: date, zone: tzinfo) -> bool:
    return instant.astimezone(zone).date() >= day


def _months_later(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)
