"""Shorthand for worked cases: local wall-clock text in, what was measured out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind
from sla.domain.availability import Measured, measure
from sla.domain.service_hours import ServiceHours, Window, agreed_time
from sla.domain.situation import Down, Excuse, Rules, Situation
from sla.domain.verdict import Target, Verdict, judge
from sla.domain.words import Effect, Operator

HOUR = 3600


def instant(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def span(start: str, end: str, zone: str = "UTC") -> Interval:
    return Interval(instant(start, zone), instant(end, zone))


def period(kind: str, first: str, zone: str = "UTC") -> Interval:
    return Period.containing(PeriodKind(kind), date.fromisoformat(first)).interval(
        ZoneInfo(zone)
    )


def weekly(days: range | list[int], opens: str, closes: str) -> ServiceHours:
    at, until = time.fromisoformat(opens), time.fromisoformat(closes)
    return ServiceHours(weekly=tuple(Window(day, at, until) for day in days))


OFFICE = weekly(range(1, 6), "09:00", "17:00")


def approved(start: str, end: str, effect: str = "exclude", **options: Any) -> Excuse:
    zone = options.pop("zone", "UTC")
    options.setdefault("is_approved", True)
    return Excuse(span(start, end, zone), Effect(effect), **options)


@dataclass
class Case:
    """A period in a zone, and what happened in it."""

    kind: str
    first: str
    zone: str = "UTC"
    hours: ServiceHours | None = None
    down: list[Down] = field(default_factory=list)
    excuses: list[Excuse] = field(default_factory=list)
    unknown: list[Interval] = field(default_factory=list)
    effective_from: datetime | None = None
    rules: Rules = field(default_factory=Rules)
    as_of: datetime | None = None
    target: str = "99.9"
    operator: str = ">="
    coverage: str | None = None

    def measured(self) -> Measured:
        whole = period(self.kind, self.first, self.zone)
        situation = Situation(
            hours=agreed_time(self.hours, whole, ZoneInfo(self.zone)) if self.hours else None,
            outages=self.down,
            excuses=self.excuses,
            unknown=self.unknown,
            effective_from=self.effective_from,
        )
        return measure(whole, situation, self.rules, as_of=self.as_of)

    def judged(self) -> Verdict:
        measured = self.measured()
        target = Target(
            Operator(self.operator),
            Decimal(self.target),
            self.rules.unknown_policy,
            Decimal(self.coverage) if self.coverage else None,
        )
        return judge(measured.facts, target, to_come_seconds=measured.to_come_seconds)


def out(start: str, end: str, zone: str = "UTC", *, weight: int = 1000) -> Down:
    return Down(span(start, end, zone), weight)


def seconds(text: str) -> int:
    """ "43:12" style "h:mm:ss" in seconds."""
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return int(timedelta(hours=hours, minutes=minutes, seconds=rest).total_seconds())
