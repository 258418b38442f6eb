"""What was up when in the demo company, and what will be: a pure function of its seed.

Each local day of each watched node draws its trouble from a generator seeded by seed, day
and node, so any stretch of time, past or future, can be told without telling the rest.
Trouble of a shared node is felt above it a little later. Around the moment the company was
loaded a few fixed events make sure that there is something to see.
"""

from __future__ import annotations

import math
import random
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from bsm.demo.company import ZONE, Offer
from bsm.demo.estate import Company
from bsm.kernel.intervals import Interval, merge
from bsm.kernel.periods import Period, PeriodKind, day_start

ZONE_INFO = ZoneInfo(ZONE)
UP, DEGRADED, DOWN, UNKNOWN = "up", "degraded", "down", "unknown"
# What is told when two things are true at once.
RANK = {UP: 0, DEGRADED: 1, DOWN: 2, UNKNOWN: 3}

OUTAGES_A_YEAR, SPELLS_A_YEAR = 6.0, 8.0
DEVICE_SHARE = 0.45  # a database or switch fails less often than what people see
PROBER_AWAY_A_YEAR = 7.0
FELT_SHARE, FELT_LAG_SECONDS = 0.85, (15, 90)
LONGEST = timedelta(hours=6)
# Hours of the local working day carry more risk than nights.
HOUR_WEIGHTS = [2, 2, 2, 2, 2, 3, 5, 9, 12, 13, 13, 12, 10, 11, 12, 12, 10, 8, 7, 6, 5, 4, 3, 2]
RELEASE_WEIGHTS = [1] * 17 + [20, 40, 40, 20, 6, 2, 1]
MAINTAINED = ("policy-admin", "general-ledger", "online-banking", "card-payments", "files")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A node was in this state for that time; `cause` is where it began."""

    node: str
    state: str
    span: Interval
    cause: str


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """A night in which a service is taken down on purpose."""

    key: str
    window: Interval
    down: Interval


class Weather:
    def __init__(self, company: Company, *, seed: int, until: datetime) -> None:
        self.company = company
        self.seed = seed
        self.until = until
        self.frailty = {f"service:{offer.key}": offer.frailty for offer in company.offers}
        self.story = list(self._story())
        told = {trouble.node for trouble in self.story}
        self.calm = frozenset[str]().union(*(company.below(node) for node in told))
        month = Period.at(PeriodKind.MONTH, until, ZONE_INFO).interval(ZONE_INFO)
        self.calm_span = Interval(month.start, max(month.start, until + timedelta(hours=2)))
        self.day = lru_cache(maxsize=8)(self._day)

    def states(self, span: Interval) -> dict[str, list[tuple[Interval, str]]]:
        """Each watched node through the whole of `span`: contiguous, never the same twice."""
        troubles: dict[str, list[tuple[Interval, str]]] = defaultdict(list)
        for trouble in self._troubles(span):
            troubles[trouble.node].append((trouble.span, trouble.state))
        return {
            watch.node: _laid_over(span, troubles[watch.node]) for watch in self.company.watches
        }

    def state_at(self, node: str, instant: datetime) -> str:
        """How the node is at that instant, as a target that is asked would show it."""
        seen = [
            trouble.state
            for trouble in self._troubles(Interval(instant, instant + timedelta(seconds=1)))
            if trouble.node == node and trouble.state != UNKNOWN
        ]
        return max(seen, key=RANK.__getitem__, default=UP)

    def planned_work(self, span: Interval) -> list[PlannedWork]:
        """Every night of planned work that begins in `span`: the third Sunday of each month."""
        nights = []
        for on in _days(span):
            if on.weekday() != 6 or not 15 <= on.day <= 21:
                continue
            for place, key in enumerate(self._maintained):
                start = datetime.combine(on, time(1 + place % 3), ZONE_INFO)
                window = Interval(start, start + timedelta(hours=3))
                if span.covers(window.start):
                    nights.append(PlannedWork(key, window, self._work_of(on, key, window)))
        return nights

    def evenings(self, span: Interval) -> list[datetime]:
        """Wednesdays at nine, for work that takes nothing down."""
        starts = [
            Interval(start := datetime.combine(on, time(21), ZONE_INFO), start).start
            for on in _days(span)
            if on.weekday() == 2
        ]
        return [start for start in starts if span.covers(start)]

    def _work_of(self, on: date, key: str, window: Interval) -> Interval:
        chance = self._chance(on, f"work {key}")
        start = window.start + timedelta(minutes=chance.randint(8, 40))
        return Interval(start, start + timedelta(minutes=chance.randint(20, 75)))

    @property
    def _maintained(self) -> list[str]:
        offered = {offer.key for offer in self.company.offers}
        return [key for key in MAINTAINED if key in offered]

    def _troubles(self, span: Interval) -> Iterator[Trouble]:
        for on in _days(Interval(span.start - LONGEST, span.end)):
            for trouble in self.day(on):
                if trouble.span.overlaps(span):
                    yield trouble
        yield from (trouble for trouble in self.story if trouble.span.overlaps(span))

    def _day(self, on: date) -> list[Trouble]:
        """All that begins on that local day, where it began and where it was felt."""
        began = [t for watch in self.company.watches for t in self._began(on, watch.node)]
        began = [t for t in began if not self._is_calm(t)]
        start = day_start(on, ZONE_INFO)
        today = Interval(start, day_start(on + timedelta(days=1), ZONE_INFO))
        works = [
            Trouble(f"service:{work.key}", DOWN, work.down, "planned work")
            for work in self.planned_work(today)
        ]
        felt = [t for trouble in began for t in self._felt(on, trouble)]
        felt = [t for t in felt if not self._is_calm(t)]
        return began + works + felt + list(self._prober_away(on, start))

    def _is_calm(self, trouble: Trouble) -> bool:
        return trouble.node in self.calm and trouble.span.overlaps(self.calm_span)

    def _began(self, on: date, node: str) -> Iterator[Trouble]:
        chance = self._chance(on, node)
        share = self.frailty.get(node, DEVICE_SHARE) * _season(on) / 365
        for _ in range(_poisson(chance, OUTAGES_A_YEAR * share)):
            start = _start(chance, on)
            down = _lasting(chance, start, median_minutes=12, spread=0.75)
            if chance.random() < 0.3:
                omen = timedelta(minutes=chance.randint(4, 20))
                yield Trouble(node, DEGRADED, Interval(start - omen, start), node)
            yield Trouble(node, DOWN, down, node)
            if chance.random() < 0.4:
                echo = timedelta(minutes=chance.randint(3, 18))
                yield Trouble(node, DEGRADED, Interval(down.end, down.end + echo), node)
        for _ in range(_poisson(chance, SPELLS_A_YEAR * share)):
            spell = _lasting(chance, _start(chance, on), median_minutes=26, spread=0.7)
            yield Trouble(node, DEGRADED, spell, node)

    def _felt(self, on: date, trouble: Trouble) -> Iterator[Trouble]:
        chance = self._chance(on, f"felt {trouble.node} {trouble.span.start:%T}")
        for node in self.company.felt_by.get(trouble.node, ()):
            lag = timedelta(seconds=chance.randint(*FELT_LAG_SECONDS))
            is_felt = chance.random() < FELT_SHARE
            if is_felt and trouble.span.duration > 2 * lag:
                span = Interval(trouble.span.start + lag, trouble.span.end + lag)
                yield Trouble(node, trouble.state, span, trouble.node)

    def _prober_away(self, on: date, start: datetime) -> Iterator[Trouble]:
        """A third of the monitors hear nothing for a while, through no fault of their own."""
        chance = self._chance(on, "prober")
        if chance.random() < PROBER_AWAY_A_YEAR / 365:
            begin = start + timedelta(seconds=chance.randrange(18 * 3600))
            gap = Interval(begin, begin + timedelta(minutes=chance.randint(6, 35)))
            deaf = chance.randrange(3)
            for watch in self.company.watches:
                if watch.number % 3 == deaf and not gap.overlaps(self.calm_span):
                    yield Trouble(watch.node, UNKNOWN, gap, "prober")

    def _chance(self, on: date, what: str) -> random.Random:
        return random.Random(f"{self.seed} {on:%F} {what}")  # noqa: S311 - a story, no secret

    def _story(self) -> Iterator[Trouble]:
        """What is going on while the company is loaded, and this month's two sad promises."""
        offers = {offer.key: offer for offer in self.company.offers}
        minute = timedelta(minutes=1)
        if "claims-portal" in offers:
            span = Interval(self.until - 14 * minute, self.until + 31 * minute)
            yield Trouble("ci:claims-portal-db", DOWN, span, "ci:claims-portal-db")
            felt = Interval(span.start + minute, span.end + minute)
            yield Trouble("service:claims-portal", DOWN, felt, "ci:claims-portal-db")
        if "broker-extranet" in offers:
            span = Interval(self.until - 41 * minute, self.until + 75 * minute)
            prefill = "ci:broker-extranet-prefill"
            yield Trouble(prefill, DOWN, span, prefill)
        for key, share, place in (("mobile-app", 1.9, 0.45), ("instant-payments", 0.88, 0.3)):
            if key in offers:
                yield from self._spent(offers[key], share=share, place=place)

    def _spent(self, offer: Offer, *, share: float, place: float) -> Iterator[Trouble]:
        """An outage that spends that share of what the promise allows this month."""
        month = Period.at(PeriodKind.MONTH, self.until, ZONE_INFO).interval(ZONE_INFO)
        allowed = month.duration * (1 - float(offer.target or "99.9") / 100)
        elapsed = self.until - month.start
        start = (month.start + elapsed * place).replace(second=17, microsecond=0)
        span = Interval(start, start + min(allowed * share, elapsed * 0.4))
        node = f"service:{offer.key}"
        if not span.is_empty:
            yield Trouble(node, DOWN, _whole_seconds(span), node)


def response_ms(node: str, instant: datetime, state: str) -> int:
    """How long an answer took: busier by day, slow while degraded, a timeout while down."""
    local = instant.astimezone(ZONE_INFO)
    grain = zlib.crc32(f"{node} {int(instant.timestamp()) // 30}".encode())
    base = 24 + zlib.crc32(node.encode()) % 90
    busy = 1 + 0.45 * max(0.0, math.sin((local.hour + local.minute / 60 - 6) / 14 * math.pi))
    calm = 0.75 if local.weekday() >= 5 else 1.0
    noise = 0.85 + (grain % 1000) / 2200 + (0.9 if grain % 97 == 0 else 0)
    slow = {UP: 1.0, DEGRADED: 5.5, DOWN: 9.0}.get(state, 1.0)
    return round(base * busy * calm * noise * slow)


def _season(on: date) -> float:
    """Busy weekdays, month ends, and the weeks before the end of the year are riskier."""
    factor = 1.0 if on.weekday() < 5 else 0.35
    if on.day >= 28 or on.day == 1:
        factor *= 1.7
    if on.month in {11, 12}:
        factor *= 1.5
    if _is_release_day(on):
        factor *= 1.6
    return factor


def _is_release_day(on: date) -> bool:
    return on.weekday() == 1 and on.isocalendar().week % 2 == 0


def _start(chance: random.Random, on: date) -> datetime:
    weights = RELEASE_WEIGHTS if _is_release_day(on) else HOUR_WEIGHTS
    hour = chance.choices(range(24), weights)[0]
    second = chance.randrange(3600)
    return datetime.combine(on, time(hour, second // 60, second % 60), ZONE_INFO)


def _lasting(
    chance: random.Random, start: datetime, *, median_minutes: float, spread: float
) -> Interval:
    minutes = median_minutes * math.exp(chance.gauss(0, spread))
    length = min(timedelta(seconds=max(75, round(minutes * 60))), LONGEST - timedelta(hours=1))
    begin = Interval(start, start).start  # in UTC, where an hour later is an hour later
    return Interval(begin, begin + length)


def _poisson(chance: random.Random, mean: float) -> int:
    """Knuth's way; the means here are far below one."""
    limit, product, n = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        n += 1
    return n


def _whole_seconds(span: Interval) -> Interval:
    return Interval(span.start, span.end.replace(microsecond=0))


def _days(span: Interval) -> list[date]:
    first = span.start.astimezone(ZONE_INFO).date()
    last = span.end.astimezone(ZONE_INFO).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _laid_over(
    span: Interval, troubles: Iterable[tuple[Interval, str]]
) -> list[tuple[Interval, str]]:
    """The troubles over a background of up, the worse one winning, equal neighbours joined."""
    clipped = [(one.clipped(span), state) for one, state in troubles]
    by_state = {
        state: merge(one for one, told in clipped if told == state)
        for state in (DEGRADED, DOWN, UNKNOWN)
    }
    edges = {span.start, span.end}
    for spans in by_state.values():
        edges |= {edge for one in spans for edge in (one.start, one.end)}
    marks = sorted(edges)
    laid: list[tuple[Interval, str]] = []
    for start, end in pairwise(marks):
        told = [s for s, spans in by_state.items() if any(one.covers(start) for one in spans)]
        state = max(told, key=RANK.__getitem__, default=UP)
        if laid and laid[-1][1] == state:
            laid[-1] = (Interval(laid[-1][0].start, end), state)
        else:
            laid.append((Interval(start, end), state))
    return laid
