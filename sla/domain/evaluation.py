"""One promise over its periods: which days to look at again, and what comes out.

A period is the sum of its days. Days before the change are taken as they were stored, so
the work follows what changed and not what the promise has been through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, reduce
from uuid import UUID
from zoneinfo import ZoneInfo

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind, day_interval
from sla.domain.availability import Facts, facts_by_day, measure, whole
from sla.domain.service_hours import ServiceHours, agreed_time
from sla.domain.situation import Rules, Situation
from sla.domain.verdict import Target, Verdict, judge

ENGINE_VERSION = 1
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NOTHING = Facts()
# How far back a promise is judged for which nothing was ever seen.
BLIND = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment with all its terms. It is effective from `first_on` up to `ends_on`."""

    id: UUID
    service_id: UUID
    zone: ZoneInfo
    kind: PeriodKind
    hours: ServiceHours | None
    rules: Rules
    target: Target
    first_on: date
    ends_on: date | None = None

    @property
    def definition(self) -> str:
        """All terms in one line, in an order that does not depend on the run."""
        hours = self.hours
        times = hours and (sorted(hours.weekly), sorted(hours.holidays), sorted(hours.openings))
        terms = (self.zone.key, self.kind.value, times, self.rules, self.target)
        return repr((*terms, self.first_on, self.ends_on))

    def within(self, span: Interval, happened: Situation) -> Situation:
        """What happened, with the hours and dates of the promise."""
        return replace(
            happened,
            hours=None if self.hours is None else _hours(self.hours, span, self.zone),
            effective_from=_day(self.first_on, self.zone).start,
            effective_to=None if self.ends_on is None else _day(self.ends_on, self.zone).start,
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """The days of a promise to look at again, in the periods they lie in."""

    promise: Promise
    from_on: date
    last_on: date

    @property
    def first_period(self) -> Period:
        return Period.containing(self.promise.kind, self.from_on)

    @property
    def span(self) -> Interval:
        """What must be known, rules that look beyond their instant included."""
        zone, reach = self.promise.zone, self.promise.rules.reach
        last = Period.containing(self.promise.kind, self.last_on)
        start = self.first_period.interval(zone).start
        return Interval(start - reach, last.interval(zone).end + reach)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A period judged."""

    period: Period
    facts: Facts
    verdict: Verdict
    measured_until: datetime
    is_provisional: bool
    inputs_hash: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The days looked at again, and every period that holds one of them."""

    days: dict[date, Facts]
    outcomes: list[Outcome]


def scope_of(
    promise: Promise, *, since: datetime, now: datetime, known_from: datetime | None
) -> Scope | None:
    """What a change at `since` can touch; None when that is nothing yet, or any more.

    The past before anything was seen of the service is judged for a year at most.
    """
    earliest = min(known_from or now, now - BLIND)
    changed = max(since - promise.rules.reach, earliest)
    changed_on, last_on = (t.astimezone(promise.zone).date() for t in (changed, now))
    if promise.ends_on is not None:
        if changed_on > promise.ends_on:
            return None
        last_on = min(last_on, promise.ends_on - DAY)
    if last_on < promise.first_on:
        return None
    return Scope(promise, min(max(changed_on, promise.first_on), last_on), last_on)


def evaluate(
    scope: Scope, happened: Situation, stored: Mapping[date, Facts], *, now: datetime
) -> Evaluation:
    """Measure the scope again; `stored` are the days before it."""
    promise = scope.promise
    days: dict[date, Facts] = {}
    outcomes = []
    for period in _periods(scope):
        from_on = _start_in(period, scope, stored)
        fresh, to_come = _measured(promise, period, from_on, happened, now)
        kept = {day: stored[day] for day in period.days if day < from_on and day in stored}
        outcomes.append(_outcome(promise, period, kept | fresh, to_come, now))
        days |= fresh
    return Evaluation(days, outcomes)


def _periods(scope: Scope) -> Iterator[Period]:
    period = scope.first_period
    while period.first_on <= scope.last_on:
        yield period
        period = period.next


def _start_in(period: Period, scope: Scope, stored: Mapping[date, Facts]) -> date:
    """The first day to measure; those before it stand, if they were stored when over."""
    if scope.promise.rules.exclusion_cap_seconds is not None:
        return period.first_on  # What is left of the cap depends on all days before.
    for day in period.days:
        if day >= scope.from_on:
            return day
        if stored.get(day, NOTHING).seconds != _day(day, scope.promise.zone).duration // SECOND:
            return period.first_on
    return period.first_on


def _measured(
    promise: Promise, period: Period, from_on: date, happened: Situation, now: datetime
) -> tuple[dict[date, Facts], int]:
    zone = promise.zone
    span = Interval(_day(from_on, zone).start, period.interval(zone).end)
    measured = measure(span, promise.within(span, happened), promise.rules, as_of=now)
    spans = ((day, _day(day, zone)) for day in period.days if day >= from_on)
    begun = [
        (day, span) for day, span in spans if not span.is_empty and span.start < whole(now)
    ]
    return facts_by_day(measured.segments, begun), measured.to_come_seconds


def _outcome(
    promise: Promise, period: Period, days: dict[date, Facts], to_come: int, now: datetime
) -> Outcome:
    facts = reduce(Facts.__add__, days.values(), Facts())
    end = period.interval(promise.zone).end
    inputs = (ENGINE_VERSION, promise.definition, str(period), sorted(days.items()), to_come)
    return Outcome(
        period=period,
        facts=facts,
        verdict=judge(facts, promise.target, to_come_seconds=to_come),
        measured_until=whole(min(now, end)),
        is_provisional=now < end,
        inputs_hash=_hash(repr((*inputs, now < end))),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Many promises share a calendar, a zone and a month.
_day: Callable[[date, ZoneInfo], Interval] = lru_cache(maxsize=4096)(day_interval)


@lru_cache(maxsize=1024)
def _hours(hours: ServiceHours, span: Interval, zone: ZoneInfo) -> tuple[Interval, ...]:
    return tuple(agreed_time(hours, span, zone))
