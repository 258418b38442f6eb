"""The checks behind the demo company's latest history: raw for two days, by the hour before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bsm.demo.weather import DEGRADED, DOWN, UNKNOWN, UP, response_ms
from bsm.kernel.intervals import Interval
from monitoring.commands.load import slots_of
from monitoring.domain.status import Outcome
from monitoring.models import Evidence, Monitor

RAW_SPAN, ROLLUP_SPAN = timedelta(days=2), timedelta(days=60)
HOUR = timedelta(hours=1)
OUTCOMES = {UP: Outcome.OK, DEGRADED: Outcome.WARN, DOWN: Outcome.FAIL}
CODES = {UP: 200, DEGRADED: 200, DOWN: 503}
MESSAGES = {DEGRADED: "The answer was slow", DOWN: "Status 503; expected below 400"}
Told = Sequence[tuple[Interval, str]]


@dataclass(slots=True)
class Checks:
    """Everything the monitors would have left behind, ready to be written set by set."""

    results: list[Sequence[Any]] = field(default_factory=list)
    rollups: list[Sequence[Any]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


def checks_of(
    monitors: Mapping[str, Monitor], told: Mapping[str, Told], until: datetime
) -> Checks:
    """Raw checks start with a UTC day: a day is dropped once its raw checks are all summed."""
    checks = Checks()
    raw_start = (until - RAW_SPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    for node, monitor in monitors.items():
        _sum_up(checks, node, monitor, told[node], raw_start)
        _spell_out(checks, node, monitor, told[node], Interval(raw_start, until))
    return checks


def _spell_out(checks: Checks, node: str, monitor: Monitor, told: Told, span: Interval) -> None:
    hours: dict[datetime, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0, 0])
    for slot, state in _states_at(slots_of(monitor, span), told):
        if state == UNKNOWN:
            continue
        us = response_ms(node, slot, state) * 1000 + slot.microsecond % 997
        outcome = OUTCOMES[state]
        checks.results.append((monitor.number, slot, us, int(outcome), CODES[state]))
        hour = hours[slot.replace(minute=0, second=0, microsecond=0)]
        hour[outcome] += 1
        if outcome is not Outcome.FAIL:
            hour[4] += us
            hour[5] = max(hour[5], us)
        if state in MESSAGES:
            checks.evidence.append(
                Evidence(monitor_number=monitor.number, slot=slot, message=MESSAGES[state])
            )
    running = span.end.replace(minute=0, second=0, microsecond=0)
    checks.rollups += [
        (monitor.number, hour, *sums) for hour, sums in hours.items() if hour < running
    ]


def _sum_up(checks: Checks, node: str, monitor: Monitor, told: Told, end: datetime) -> None:
    """Hours before the raw days: the checks of an hour shared out over its states."""
    start = max(end - ROLLUP_SPAN, told[0][0].start.replace(minute=0, second=0, microsecond=0))
    middles = [start + HOUR / 2 + n * HOUR for n in range((end - start) // HOUR)]
    checks_an_hour = 3_600_000 // monitor.interval_ms
    troubled = {
        _hour(span.start) + n * HOUR
        for span, state in told
        if state != UP and span.end > start
        for n in range((span.end - _hour(span.start)) // HOUR + 1)
    }
    for middle in middles:
        hour = middle - HOUR / 2
        us = response_ms(node, middle, UP) * 1000
        if hour not in troubled:
            sums = (checks_an_hour, 0, 0, 0, checks_an_hour * us, us * 19 // 10)
        else:
            sums = _mixed_hour(Interval(hour, hour + HOUR), told, checks_an_hour, us)
        checks.rollups.append((monitor.number, hour, *sums))


def _mixed_hour(
    hour: Interval, told: Told, checks_an_hour: int, us: int
) -> tuple[int, int, int, int, int, int]:
    counts = {UP: 0, DEGRADED: 0, DOWN: 0, UNKNOWN: 0}
    for span, state in told:
        if span.overlaps(hour):
            counts[state] += round(span.clipped(hour).duration / HOUR * checks_an_hour)
    total = us * (counts[UP] + 5 * counts[DEGRADED])
    worst = us * 5 if counts[DEGRADED] else us * 19 // 10 if counts[UP] else 0
    return counts[UP], counts[DEGRADED], 0, counts[DOWN], total, worst


def _states_at(instants: Sequence[datetime], told: Told) -> Iterator[tuple[datetime, str]]:
    """Each of the ascending instants with the state that holds at it."""
    place = 0
    for instant in instants:
        while place + 1 < len(told) and told[place][0].end <= instant:
            place += 1
        if told[place][0].covers(instant):
            yield instant, told[place][1]


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
