"""Health over time: solved in steps it equals what is solved afresh at every instant."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bsm.kernel.intervals import Interval
from impact.domain.graph import compiled
from impact.domain.groups import Edge, Group, Mode, Rule
from impact.domain.health import Own, Signal, solve
from impact.domain.history import Evidence, State, histories, stitched
from impact.domain.labels import TOP
from impact.domain.outages import outages_in
from tests.factories import at

START = at("03-10 00:00")
HOURS = 12
DAY = Interval(START, START + timedelta(hours=HOURS))
NODES = [f"v{n}" for n in range(7)]


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


def needs(*children: str, mode: Mode = Mode.WORST) -> tuple[Group, ...]:
    return (Group(Rule(mode), tuple(Edge(child) for child in children)),)


def spells(*owns: Own, since: int = 0) -> list[tuple[Interval, Own]]:
    """One hour of each, the last until the end of the day."""
    ends = [hour(since + n + 1) for n in range(len(owns) - 1)] + [DAY.end]
    starts = [hour(since + n) for n in range(len(owns))]
    return [
        (Interval(start, end), own) for start, end, own in zip(starts, ends, owns, strict=True)
    ]


def at_instant(states: list[State], instant: datetime) -> State | None:
    return next(
        (s for s in states if s.start <= instant and (s.end is None or instant < s.end)), None
    )


@st.composite
def pasts(draw: st.DrawFn):
    """A graph, perhaps with circles, and what each of its nodes said hour by hour."""
    shape = {}
    for n, name in enumerate(NODES):
        others = NODES if draw(st.integers(0, 9)) == 0 else NODES[:n]
        children = draw(st.lists(st.sampled_from(others), max_size=3, unique=True)) if n else []
        mode = draw(st.sampled_from([Mode.WORST, Mode.BEST, Mode.WEIGHTED]))
        shape[name] = needs(*children, mode=mode) if children else ()
    owns = st.lists(
        st.sampled_from([TOP, 50_000, 0, "unknown"]), min_size=HOURS, max_size=HOURS
    )
    signals = {name: spells(*draw(owns)) for name in NODES if draw(st.booleans())}
    works = {
        name: [Interval(hour(2), hour(draw(st.integers(3, 9))))]
        for name in NODES
        if draw(st.integers(0, 3)) == 0
    }
    return shape, signals, works


@given(pasts())
@settings(max_examples=150)
def test_step_by_step_equals_solved_afresh_at_every_hour(past):
    shape, signals, works = past
    graph = compiled(shape)

    told = histories(graph, Evidence(signals, works), DAY)

    for n in range(HOURS):
        now = {
            name: Signal(
                {s.start: own for s, own in signals[name]}[hour(n)]
                if name in signals
                else None,
                any(work.covers(hour(n)) for work in works.get(name, [])),
            )
            for name in NODES
        }
        afresh, _ = solve(graph, now)
        for name in NODES:
            state = at_instant(told[name], hour(n))
            assert state is None or state.health == afresh[name]


@given(pasts())
def test_the_states_of_a_node_follow_one_another_and_differ(past):
    shape, signals, works = past
    for states in histories(compiled(shape), Evidence(signals, works), DAY).values():
        for left, right in itertools.pairwise(states):
            assert left.end == right.start
            assert not left.is_like(right)
        assert not states or states[-1].end is None


@given(pasts(), st.integers(1, HOURS - 1))
@settings(max_examples=150)
def test_a_history_taken_up_again_in_the_middle_is_the_whole_history(past, n):
    shape, signals, works = past
    graph = compiled(shape)
    whole = histories(graph, Evidence(signals, works), DAY)
    rest = Interval(hour(n), DAY.end)
    later = {
        name: [(span.clipped(rest), own) for span, own in told if span.overlaps(rest)]
        for name, told in signals.items()
    }
    works_later = {
        name: [work.clipped(rest) for work in told if work.overlaps(rest)]
        for name, told in works.items()
    }

    again = histories(graph, Evidence(later, works_later), rest)

    for name in NODES:
        assert stitched(whole[name], again[name], hour(n)) == whole[name]


@given(pasts())
@settings(max_examples=150)
def test_the_upper_part_on_given_children_equals_the_whole(past):
    shape, signals, works = past
    graph = compiled(shape)
    whole = histories(graph, Evidence(signals, works), DAY)
    upper = set(NODES[4:])
    while grown := {p for name in upper for p in graph.parents[name]} - upper:
        upper |= grown
    outside = {e.child for name in upper for g in shape[name] for e in g.edges} - upper
    part = {name: shape[name] for name in upper} | dict.fromkeys(outside, ())

    told = histories(
        compiled(part),
        Evidence(
            {name: spans for name, spans in signals.items() if name in upper},
            {name: spans for name, spans in works.items() if name in upper},
            {name: whole[name] for name in outside},
        ),
        DAY,
    )

    assert told == {name: whole[name] for name in upper}


def test_the_cause_of_a_symptom_is_what_lies_below_it():
    shape = {"db": (), "app": needs("db"), "svc": needs("app")}
    signals = {"db": spells(TOP, 0), "app": spells(TOP, 0)}

    told = histories(compiled(shape), Evidence(signals), DAY)

    assert told["svc"][-1].causes == {"db"}  # case 23: the app's own check is a symptom
    assert told["app"][-1].causes == {"db"}


def test_what_redundancy_carries_is_not_a_cause():
    shape = {
        "a": (),
        "b": (),
        "c": (),
        "svc": (*needs("a", "b", mode=Mode.BEST), *needs("c")),
    }
    signals = {"a": spells(0), "b": spells(TOP), "c": spells(0)}

    told = histories(compiled(shape), Evidence(signals), DAY)

    assert told["svc"][-1].causes == {"c"}


@pytest.mark.parametrize(
    ("owns", "expected"),
    [
        ([TOP, 0, TOP], [(1, 2)]),
        ([TOP, 0, 1, TOP], [(1, 3)]),  # critical and down are both out: one outage
        ([50_000, 30_000, 29_999, 50_000], [(2, 3)]),
        ([0, "unknown", 0, TOP], [(0, 1), (2, 3)]),
    ],
)
def test_a_service_is_out_while_it_is_critical_or_down(owns, expected):
    told = histories(compiled({"svc": ()}), Evidence({"svc": spells(*owns)}), DAY)["svc"]

    assert [(o.start, o.end) for o in outages_in(told)] == [
        (hour(start), hour(end)) for start, end in expected
    ]


def test_an_outage_names_all_that_was_to_blame_while_it_lasted():
    shape = {"a": (), "b": (), "svc": needs("a", "b")}
    signals = {"a": spells(TOP, 0, 0, TOP), "b": spells(TOP, TOP, 0, 0, TOP)}

    told = histories(compiled(shape), Evidence(signals), DAY)["svc"]

    (outage,) = outages_in(told)
    assert (outage.start, outage.end, outage.causes) == (hour(1), hour(4), {"a", "b"})
