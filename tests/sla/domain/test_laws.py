"""Laws that hold for any period, calendar and history, around the changes of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import day_interval
from sla.domain.availability import FACTS, Facts, facts_by_day, measure, trace
from sla.domain.service_hours import ServiceHours, Window
from sla.domain.situation import Down, Excuse, Rules, Situation
from sla.domain.verdict import Target, judge
from sla.domain.words import Effect, Operator, Overlap, UnknownPolicy

BERLIN = ZoneInfo("Europe/Berlin")
CHANGES = [date(2025, 3, 24), date(2025, 10, 20)]  # a fortnight from here has the change
TARGET = Target(Operator.AT_LEAST, Decimal("99.9"))

instants = st.builds(
    lambda start, seconds: datetime.combine(start, time(), UTC) + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-3 * 86400, 17 * 86400),
)
spans = st.builds(
    lambda start, seconds: Interval(start, start + timedelta(seconds=seconds)),
    instants,
    st.integers(0, 3 * 86400) | st.integers(0, 900),
)
outages = st.lists(
    st.builds(Down, spans, st.integers(1, 1000), st.text("abc", max_size=1)), max_size=6
)
excuses = st.lists(
    st.builds(Excuse, spans, st.sampled_from(Effect), st.booleans(), instants), max_size=4
)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
calendars = st.none() | st.builds(
    ServiceHours,
    st.lists(st.builds(Window, st.integers(1, 7), times, times), max_size=8).map(tuple),
    st.frozensets(
        st.sampled_from([start + timedelta(days=n) for start in CHANGES for n in range(14)]),
        max_size=3,
    ),
)
rules = st.builds(
    Rules,
    st.sampled_from(UnknownPolicy),
    st.integers(0, 7200),
    st.sampled_from(Overlap),
    st.sampled_from([0, 0, 300]),
    st.sampled_from([0, 48]),
    st.none() | st.integers(0, 86400),
)


@st.composite
def fortnights(draw):
    first = draw(st.sampled_from(CHANGES)) + timedelta(days=draw(st.integers(-6, 6)))
    days = [
        (first + timedelta(days=n), day_interval(first + timedelta(days=n), BERLIN))
        for n in range(14)
    ]
    return Interval(days[0][1].start, days[-1][1].end), days


@st.composite
def situations(draw, period):
    calendar = draw(calendars)
    return Situation(
        hours=None if calendar is None else calendar.within(period, BERLIN),
        outages=draw(outages),
        excuses=draw(excuses),
        unknown=draw(st.lists(spans, max_size=3)),
        effective_from=draw(st.none() | instants),
        effective_to=draw(st.none() | instants),
    )


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_time_is_neither_created_nor_lost(data):
    period, days = data.draw(fortnights())
    situation, by = data.draw(situations(period)), data.draw(rules)
    as_of = data.draw(st.none() | instants)

    measured = measure(period, situation, by, as_of=as_of)

    facts = measured.facts
    classes = facts.not_effective + facts.out_of_hours + facts.excluded + facts.measurable
    assert facts.seconds == classes == measured.elapsed.duration.total_seconds()
    assert facts.forgiven <= facts.up
    assert facts.lost_milli <= facts.impaired * 1000
    by_day = facts_by_day(measured.segments, days)
    assert reduce(Facts.__add__, by_day.values(), Facts()) == facts


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_of_what_happened_does_not_matter(data):
    period, _ = data.draw(fortnights())
    situation, by = data.draw(situations(period)), data.draw(rules)
    shuffled = replace(
        situation,
        outages=data.draw(st.permutations(situation.outages)),
        excuses=data.draw(st.permutations(situation.excuses)),
        unknown=data.draw(st.permutations(situation.unknown)),
    )

    assert measure(period, situation, by) == measure(period, shuffled, by)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_further_outage_never_raises_the_value(data):
    period, _ = data.draw(fortnights())
    situation = data.draw(situations(period))
    by = replace(data.draw(rules), unknown_policy=UnknownPolicy.EXCLUDE)
    more = [*situation.outages, Down(data.draw(spans), 1000)]

    before = judge(measure(period, situation, by).facts, TARGET).value
    after = judge(measure(period, replace(situation, outages=more), by).facts, TARGET).value

    # Where nothing was known, an outage is the first thing known.
    assert before is None or (after is not None and after <= before)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_gap_in_what_is_known_only_widens_the_band(data):
    period, _ = data.draw(fortnights())
    situation = data.draw(situations(period))
    by = replace(data.draw(rules), unknown_policy=UnknownPolicy.EXCLUDE)
    more = [*situation.unknown, data.draw(spans)]

    before = judge(measure(period, situation, by).facts, TARGET).band
    after = judge(measure(period, replace(situation, unknown=more), by).facts, TARGET).band

    assert before is None or after is None or (after[0] <= before[0] and before[1] <= after[1])


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_forgiving_never_lowers_the_value(data):
    period, _ = data.draw(fortnights())
    situation = data.draw(situations(period))
    by = replace(data.draw(rules), exclusion_cap_seconds=None, notice_hours=0)
    more = [*situation.excuses, Excuse(data.draw(spans), Effect.FORGIVE, is_approved=True)]

    before = judge(measure(period, situation, by).facts, TARGET).value
    after = judge(measure(period, replace(situation, excuses=more), by).facts, TARGET).value

    assert before is None or (after is not None and after >= before)


short = st.builds(
    lambda start, minutes: Interval(start, start + timedelta(minutes=minutes)),
    st.builds(
        lambda hour, minute: (
            datetime(2025, 10, 25, 18, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
        ),
        st.integers(0, 12),
        st.integers(0, 59),
    ),
    st.integers(0, 240),
)


@given(
    st.lists(st.builds(Window, st.integers(6, 7), times, times), max_size=3).map(tuple),
    st.lists(st.builds(Down, short, st.integers(1, 1000)), max_size=3),
    st.lists(st.builds(Excuse, short, st.sampled_from(Effect), st.just(True)), max_size=2),
    st.lists(short, max_size=2),
)
@settings(max_examples=25, deadline=None)
def test_it_equals_counting_minute_by_minute(windows, down, excused, unknown):
    night = Interval(
        datetime(2025, 10, 25, 20, tzinfo=UTC), datetime(2025, 10, 26, 6, tzinfo=UTC)
    )
    calendar = ServiceHours(windows)
    situation = Situation(calendar.within(night, BERLIN), down, excused, unknown)

    segments = trace(night, situation, Rules(), as_of=night.end)

    counted = dict.fromkeys(FACTS, 0)
    at = night.start
    while at < night.end:
        what, weight = naively(at, windows, situation)
        counted[what] += 60
        counted["lost_milli"] += 60 * weight
        at += timedelta(minutes=1)
    found = dict.fromkeys(FACTS, 0)
    for segment in segments:
        name = "up" if segment.of == "forgiven" else str(segment.of)
        found[name] += segment.seconds
        found["lost_milli"] += segment.seconds * segment.weight
    assert found == counted


def naively(at, windows, situation):
    local = at.astimezone(BERLIN).replace(tzinfo=None)
    if not any(is_open(window, local) for window in windows):
        return "out_of_hours", 0
    effects = {e.effect for e in situation.excuses if e.interval.covers(at)}
    if Effect.EXCLUDE in effects:
        return "excluded", 0
    weights = [o.weight for o in situation.outages if o.interval.covers(at)]
    if weights:
        return ("up", 0) if Effect.FORGIVE in effects else ("impaired", max(weights))
    if any(gap.covers(at) for gap in situation.unknown):
        return "unknown", 0
    return "up", 0


def is_open(window, local):
    for owner in [local.date(), local.date() - timedelta(days=1)]:
        if owner.isoweekday() == window.weekday:
            opens = datetime.combine(owner, window.opens_at)
            closes = datetime.combine(owner, window.closes_at)
            if closes <= opens:
                closes += timedelta(days=1)
            if opens <= local < closes:
                return True
    return False
