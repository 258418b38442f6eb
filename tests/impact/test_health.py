"""The worked cases of the specification, its two hundred solved models, and the laws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.domain.graph import compiled, path
from impact.domain.groups import Edge, Group, Member, Mode, Rule, group_health
from impact.domain.health import FULL, Health, Signal, health_of, solve
from impact.domain.labels import TOP
from impact.domain.maps import Floor as FloorMap
from impact.domain.maps import Scale, SetTo, Step, Table
from impact.domain.simulation import model_of

ONE = {"mode": "worst"}


def solved(told: dict[str, Any]) -> dict[str, Health]:
    shape, signals = model_of(told)
    return solve(compiled(shape), signals)[0]


def needs(*children: str, mode: str = "worst", **rule: Any) -> list[dict[str, Any]]:
    return [{"mode": mode, "edges": [{"to": child} for child in children], **rule}]


def test_every_model_solved_by_hand_comes_out_to_the_milli_point(real_data: Path):
    wrong = []
    for number, line in enumerate((real_data / "spec/impact_models.jsonl").open()):
        case = json.loads(line)
        for name, health in solved(case["model"]).items():
            told = {
                "actual": health.actual,
                "lo": health.lo,
                "hi": health.hi,
                "excused": health.excused,
                "label": health.label.value,
                "uncertain": health.is_uncertain,
            }
            if told != case["expect"][name]:
                wrong.append((number, name, told, case["expect"][name]))
    assert number == 199
    assert wrong == []


def test_a_chain_is_as_well_as_its_worst_link_case_01():
    health = solved(
        {
            "mon": {"own": 50_000},
            "ci": {"groups": needs("mon")},
            "app": {"groups": needs("ci")},
            "svc": {"groups": needs("app")},
        }
    )["svc"]

    assert (health.actual, health.label) == (50_000, "degraded")


GROUPS = [
    ("02", {"mode": "weighted"}, [(100, 10), (70, 7), (30, 5)], 74_545),
    ("04 all up", {"mode": "k_of_n", "k": 2}, [(100, 1), (100, 1), (0, 1)], 100_000),
    ("04 one weak", {"mode": "k_of_n", "k": 2}, [(100, 1), (60, 1), (0, 1)], 60_000),
    ("04 one left", {"mode": "k_of_n", "k": 2}, [(100, 1), (0, 1), (0, 1)], 0),
    ("06", {"mode": "impact"}, [(0, 30), (0, 50), (100, 40)], 20_000),
    ("08 half", {"mode": "quantile", "q": 50}, [(0, 1), (0, 1), (100, 1), (100, 1)], 0),
    ("08 more", {"mode": "quantile", "q": 51}, [(0, 1), (0, 1), (100, 1), (100, 1)], 100_000),
    ("08 weighty", {"mode": "quantile", "q": 51}, [(0, 3), (0, 1), (100, 1), (100, 2)], 0),
    ("45", {"mode": "quantile", "q": 60}, [(0, 1)] * 3 + [(100, 1)] * 2, 0),
    ("exactly one", {"mode": "exactly", "k": 1}, [(100, 1), (0, 1)], 100_000),
    ("not exactly one", {"mode": "exactly", "k": 1}, [(100, 1), (100, 1)], 0),
]


@pytest.mark.parametrize(
    ("rule", "members", "expected"), [case[1:] for case in GROUPS], ids=[c[0] for c in GROUPS]
)
def test_a_group_counts_its_members_together(rule, members, expected):
    told = {
        **{f"m{n}": {"own": points * 1000} for n, (points, _) in enumerate(members)},
        "group": {
            "groups": [
                {**rule, "edges": [{"to": f"m{n}", "w": w} for n, (_, w) in enumerate(members)]}
            ]
        },
    }

    assert solved(told)["group"].actual == expected


@pytest.mark.parametrize(("up", "expected"), [(4, TOP), (3, TOP), (2, 66_666), (1, 0)])
def test_partial_capacity_holds_down_to_its_floor_case_05(up, expected):
    rule = Rule(Mode.CAPACITY, need=75, min_units=50)
    edges = [Edge(f"n{n}", weight=25) for n in range(4)]
    members = [Member(TOP if n < up else 0, 25, False) for n in range(4)]

    assert group_health(rule, members, edges) == expected


@pytest.mark.parametrize(("up", "expected"), [(5, TOP), (4, TOP), (3, 70_000), (2, 0)])
def test_a_share_of_the_members_decides_case_07(up, expected):
    rule = Rule(Mode.RATIO, ok=80, warn=50, high=TOP, mid=70_000, low=0)
    members = [Member(TOP if n < up else 0, 1, False) for n in range(5)]

    assert group_health(rule, members, [Edge(f"m{n}") for n in range(5)]) == expected


def test_an_essential_member_caps_the_mean_case_03():
    members = [Member(TOP, 10, False), Member(0, 1, True)]
    edges = [Edge("many", weight=10), Edge("one", is_essential=True)]

    assert group_health(Rule(Mode.WEIGHTED), members, edges) == 0
    assert group_health(Rule(Mode.WEIGHTED, crit=0), members, edges) == 90_909


@pytest.mark.parametrize(
    ("given_by", "health", "expected"),
    [
        (Scale(40), 0, 60_000),
        (Scale(40), 50_000, 80_000),
        (FloorMap(70_000), 0, 70_000),
        (SetTo(70_000), 0, 70_000),
        (Step(30_000, 0, TOP), 29_999, 0),
        (Table(((0, 30_000), (50_000, 50_000), (TOP, TOP))), 25_000, 40_000),
        (Table(((10_000, 5_000), (50_000, 50_000))), 0, 5_000),
        (Table(((10_000, 5_000), (50_000, 50_000))), TOP, 50_000),
    ],
)
def test_an_edge_lets_part_of_a_loss_through_case_09(given_by, health, expected):
    assert given_by(health) == expected


def test_what_is_not_essential_only_weighs_in_case_10():
    health = solved(
        {
            "db": {"own": TOP},
            "mail": {"own": 0},
            "search": {"own": 50_000},
            "svc": {
                "groups": [
                    *needs("db"),
                    *needs("mail", essential=False, weight=1),
                    *needs("search", essential=False, weight=3),
                ]
            },
        }
    )["svc"]

    assert health.actual == 37_500


def test_what_is_unknown_is_left_out_and_marks_the_answer_uncertain_case_11():
    edges = [{"to": "a", "w": 1}, {"to": "b", "w": 3}]
    health = solved(
        {
            "a": {"own": "unknown"},
            "b": {"own": TOP},
            "p": {"groups": [{"mode": "weighted", "edges": edges}]},
        }
    )["p"]

    assert (health.actual, health.lo, health.hi) == (TOP, 75_000, TOP)
    assert health.is_uncertain


def test_one_unknown_of_three_leaves_both_ends_open_case_12():
    health = solved(
        {
            "a": {"own": "unknown"},
            "b": {"own": TOP},
            "c": {"own": 0},
            "p": {"groups": needs("a", "b", "c", mode="k_of_n", k=2)},
        }
    )["p"]

    assert (health.actual, health.lo, health.hi) == (0, 0, TOP)


def test_the_silent_are_unknown_and_the_unwatched_assumed_well_case_13():
    nodes = solved(
        {
            "silent": {"own": "unknown"},
            "unwatched": {},
            "a": {"groups": needs("silent")},
            "b": {"groups": needs("unwatched")},
        }
    )

    assert (nodes["a"].label, nodes["b"].label) == ("unknown", "ok")


def test_a_label_is_certain_when_both_bounds_agree_case_13b():
    edges = [{"to": "a", "map": ["scale", 6]}]
    health = solved({"a": {"own": "unknown"}, "p": {"groups": [{**ONE, "edges": edges}]}})["p"]

    assert (health.actual, health.lo, health.hi, health.label) == (None, 94_000, TOP, "ok")


def test_planned_work_excuses_what_it_takes_down_case_14():
    health = solved(
        {
            "web": {"own": TOP},
            "db": {"own": 0, "maint": True},
            "svc": {"groups": needs("web", "db")},
        }
    )["svc"]

    assert (health.actual, health.excused, health.label) == (0, TOP, "maintenance")


def test_planned_work_does_not_hide_an_unplanned_failure_case_15():
    health = solved(
        {
            "web": {"own": TOP},
            "db": {"own": 0, "maint": True},
            "cache": {"own": 0},
            "svc": {"groups": needs("web", "db", "cache")},
        }
    )["svc"]

    assert (health.actual, health.excused, health.label) == (0, 0, "down")


def test_the_peer_that_dies_during_the_work_is_seen_case_16():
    health = solved(
        {
            "a": {"own": 0, "maint": True},
            "b": {"own": 0},
            "svc": {"groups": needs("a", "b", mode="best")},
        }
    )["svc"]

    assert (health.actual, health.excused, health.label) == (0, 0, "down")


def test_a_red_check_that_planned_work_explains_is_excused_too_case_17():
    nodes = solved(
        {
            "db": {"own": 0, "maint": True},
            "app": {"own": 0, "groups": needs("db")},
            "svc": {"groups": needs("app")},
        }
    )

    assert [nodes[n].label for n in ("app", "svc")] == ["maintenance", "maintenance"]


@pytest.mark.parametrize(("own", "expected"), [(40_000, 40_000), (TOP, TOP)])
def test_a_circle_follows_its_member_down_and_up_again_case_19(own, expected):
    nodes = solved({"a": {"groups": needs("b")}, "b": {"own": own, "groups": needs("a")}})

    assert [nodes["a"].actual, nodes["b"].actual] == [expected, expected]


def test_a_circle_loses_no_more_than_its_edges_let_through_case_20():
    half = [{**ONE, "edges": [{"to": "b", "map": ["scale", 50]}]}]
    back = [{**ONE, "edges": [{"to": "a", "map": ["scale", 50]}]}]
    nodes = solved({"a": {"groups": half}, "b": {"own": 60_000, "groups": back}})

    assert (nodes["a"].actual, nodes["b"].actual) == (80_000, 60_000)


def test_a_circle_of_means_runs_down_case_21():
    nodes = solved(
        {
            "zero": {"own": 0},
            "a": {"groups": needs("b", "zero", mode="weighted")},
            "b": {"groups": needs("a")},
        }
    )

    assert nodes["a"].actual == 0


SIGNALS = st.one_of(
    st.none(), st.just("unknown"), st.sampled_from([0, 1, 29_999, 50_000, 90_000, TOP])
)
COHERENT = [mode for mode in Mode if mode is not Mode.EXACTLY]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, tuple[Group, ...]], dict[str, Signal]]:
    """A model without circles: each node needs only earlier ones."""
    names = [f"v{n}" for n in range(draw(st.integers(2, 8)))]
    shape: dict[str, tuple[Group, ...]] = {}
    for n, name in enumerate(names):
        count = draw(st.integers(0, 2)) if n else 0
        shape[name] = tuple(draw(_groups(names[:n])) for _ in range(count))
    signals = {name: Signal(draw(SIGNALS), draw(st.booleans())) for name in names}
    return shape, signals


@st.composite
def _groups(draw: st.DrawFn, below: list[str]) -> Group:
    children = draw(st.lists(st.sampled_from(below), min_size=1, max_size=4, unique=True))
    maps = st.sampled_from([Scale(100), Scale(37), FloorMap(40_000), SetTo(70_000)])
    rule = Rule(
        draw(st.sampled_from(COHERENT)),
        k=draw(st.integers(1, 4)),
        need=draw(st.integers(1, 9)),
        ok=80,
        warn=50,
        mid=70_000,
        q=draw(st.integers(1, 100)),
    )
    edges = [Edge(child, draw(maps), draw(st.integers(1, 5))) for child in children]
    return Group(rule, tuple(edges), draw(st.booleans()), draw(st.integers(1, 4)))


@given(worlds())
def test_the_health_lies_within_its_bounds_and_an_excuse_never_lowers_it(world):
    shape, signals = world
    for health in solve(compiled(shape), signals)[0].values():
        assert 0 <= health.lo <= health.hi <= TOP
        if health.actual is not None:
            assert health.lo <= health.actual <= health.hi
            assert health.excused is not None
            assert health.excused >= health.actual


@given(worlds(), st.data())
def test_taking_anything_down_raises_nothing(world, data):
    shape, signals = world
    victim = data.draw(st.sampled_from(sorted(shape)))
    before, _ = solve(compiled(shape), signals)
    after, _ = solve(compiled(shape), {**signals, victim: signals[victim]._replace(own=0)})

    for node in shape:
        assert after[node].lo <= before[node].lo
        assert after[node].hi <= before[node].hi


@given(worlds(), st.data())
@settings(max_examples=60)
def test_whatever_the_unknown_turns_out_to_be_lies_within_the_bounds(world, data):
    shape, signals = world
    before, _ = solve(compiled(shape), signals)
    told = {
        node: signal._replace(own=data.draw(st.sampled_from([0, 50_000, TOP])))
        if signal.own == "unknown"
        else signal
        for node, signal in signals.items()
    }
    after, _ = solve(compiled(shape), told)

    for node, health in after.items():
        assert health.actual is not None
        assert before[node].lo <= health.actual <= before[node].hi


EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20, unique=True)


@given(EDGES)
def test_circles_and_levels_agree_with_an_independent_graph_library(pairs):
    other = nx.DiGraph(pairs)
    other.add_nodes_from(range(8))
    shape = {
        str(n): (Group(Rule(), tuple(Edge(str(c)) for p, c in pairs if p == n)),)
        for n in range(8)
    }

    graph = compiled(shape)

    theirs = list(nx.strongly_connected_components(other))
    assert {frozenset(map(int, nodes)) for nodes in graph.components} == set(
        map(frozenset, theirs)
    )
    condensed = nx.condensation(other)
    for n in condensed:
        below = nx.descendants(condensed, n) | {n}
        longest = nx.dag_longest_path_length(condensed.subgraph(below))
        member = next(iter(condensed.nodes[n]["members"]))
        assert graph.level[graph.component_of[str(member)]] == longest


@given(EDGES)
def test_the_way_down_is_a_shortest_one(pairs):
    other = nx.DiGraph(pairs)
    other.add_nodes_from(range(8))
    down = {str(n): [str(c) for p, c in pairs if p == n] for n in range(8)}

    found = path(down, "0", "7")

    if nx.has_path(other, 0, 7):
        assert found is not None
        assert len(found) == len(nx.shortest_path(other, 0, 7))
        assert nx.is_path(other, [int(step) for step in found])
    else:
        assert found is None


def test_a_node_with_nothing_to_go_by_is_assumed_well():
    assert health_of((), Signal(), {}) == FULL
