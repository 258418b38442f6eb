"""The health of a node from its own signal and its dependencies (spec impact 3.4 to 3.7).

Four columns are solved: `lo` and `hi` take everything unknown as down and as up, `actual`
leaves it out, `excused` leaves out what planned work explains. So planned work never hides
an unplanned failure, and what nobody can see never looks certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from impact.domain.graph import Graph
from impact.domain.groups import Edge, Group, Member, Mode, group_health, shrunk
from impact.domain.labels import TOP, Label, label_of
from impact.domain.maps import OK_CUT

Own = int | Literal["unknown"] | None
MAX_ROUNDS = 1000


class Signal(NamedTuple):
    """What a node says of itself: nothing, a health, or that it should know and does not."""

    own: Own = None
    is_in_maintenance: bool = False


class Health(NamedTuple):
    """A solved node. `is_spared`: planned work takes it out of its parents' groups."""

    actual: int | None
    lo: int
    hi: int
    excused: int | None
    is_spared: bool = False

    @property
    def is_uncertain(self) -> bool:
        return label_of(self.lo) is not label_of(self.hi)

    @property
    def raw_label(self) -> Label:
        """The label without regard to planned work."""
        if self.actual is None:
            return Label.UNKNOWN if self.is_uncertain else label_of(self.lo)
        return label_of(self.actual)

    @property
    def label(self) -> Label:
        raw = self.raw_label
        if raw is Label.OK or self.excused is None or self.excused < OK_CUT:
            return raw
        return Label.MAINTENANCE


FULL = Health(TOP, TOP, TOP, TOP)
SILENT = Signal()
Below = Mapping[str, Health]


def health_of(groups: tuple[Group, ...], signal: Signal, below: Below) -> Health:
    """The health of one node whose children are solved."""
    inherited, is_some_unknown = inherited_by(groups, below)
    own = signal.own if isinstance(signal.own, int) else None
    parts = [part for part in (own, inherited) if part is not None]
    is_plain = signal.own != "unknown" and _are_plain(groups, below)
    if is_plain:
        # Nothing unknown and nothing excused below: all four columns are the same. This is
        # how most nodes are most of the time, and it saves three passes of four.
        lo = hi = min(parts, default=TOP)
    else:
        lo = _bound(groups, 0 if signal.own == "unknown" else signal.own, below, "lo")
        hi = _bound(groups, TOP if signal.own == "unknown" else signal.own, below, "hi")
    if not parts and (is_some_unknown or signal.own == "unknown"):
        return Health(None, lo, hi, None)
    actual = max(lo, min(hi, min(parts, default=TOP)))
    if signal.is_in_maintenance and actual < TOP:
        return Health(actual, lo, hi, TOP, is_spared=True)
    if actual == TOP or is_plain:
        return Health(actual, lo, hi, actual)
    if inherited is not None and own is not None and inherited <= own:
        own = None
    parts, is_some_unknown = _left_by_planned_work(groups, own, below)
    if not parts and is_some_unknown:
        # Not knowing is no excuse for this node, and no evidence against its parents.
        return Health(actual, lo, hi, actual, is_spared=True)
    return Health(actual, lo, hi, max(actual, min(parts, default=TOP)), is_spared=not parts)


def solve(graph: Graph, signals: Mapping[str, Signal]) -> tuple[dict[str, Health], set[str]]:
    """Every node's health, and the nodes of circles that did not settle."""
    solved: dict[str, Health] = {}
    capped: set[str] = set()
    for component in range(len(graph.components)):
        if not solve_component(graph, component, signals, solved):
            capped.update(graph.components[component])
    return solved, capped


def solve_component(
    graph: Graph, component: int, signals: Mapping[str, Signal], solved: dict[str, Health]
) -> bool:
    """Solve the nodes of one component into `solved`; False when a circle did not settle.

    A circle takes its greatest fixpoint: all are well unless something outside it, or a
    signal of their own, pulls them down. So it recovers by itself.
    """
    nodes = graph.components[component]
    if not graph.is_cyclic(component):
        node = nodes[0]
        solved[node] = health_of(graph.shape[node], signals.get(node, SILENT), solved)
        return True
    solved.update(dict.fromkeys(nodes, FULL))
    for _ in range(MAX_ROUNDS):
        is_settled = True
        for node in nodes:
            new = health_of(graph.shape[node], signals.get(node, SILENT), solved)
            if new != solved[node]:
                solved[node] = new
                is_settled = False
        if is_settled:
            return True
    return False


def contributions(group: Group, below: Below) -> list[tuple[Edge, int]]:
    """What each known member of the group adds to it."""
    return [
        (edge, edge.map(health))
        for edge in group.edges
        if (health := below[edge.child].actual) is not None
    ]


def _are_plain(groups: Iterable[Group], below: Below) -> bool:
    for group in groups:
        for edge in group.edges:
            actual, lo, hi, excused, is_spared = below[edge.child]
            if is_spared or not lo == hi == actual == excused:
                return False
    return True


def _bound(
    groups: Iterable[Group], own: int | None, below: Below, side: Literal["lo", "hi"]
) -> int:
    values = []
    for group in groups:
        if not group.edges:
            continue
        if group.rule.mode is Mode.EXACTLY and _is_open(group, below):
            values.append((group, 0 if side == "lo" else TOP))
            continue
        members = [
            Member(edge.map(getattr(below[edge.child], side)), edge.weight, edge.is_essential)
            for edge in group.edges
        ]
        values.append((group, group_health(group.rule, members, group.edges)))
    inherited = _together(values)
    return min((part for part in (own, inherited) if part is not None), default=TOP)


def _is_open(group: Group, below: Below) -> bool:
    """Whether more than one answer to "how many are ok" is possible."""
    return any(
        (edge.map(below[edge.child].lo) >= OK_CUT) != (edge.map(below[edge.child].hi) >= OK_CUT)
        for edge in group.edges
    )


def inherited_by(groups: Iterable[Group], below: Below) -> tuple[int | None, bool]:
    """The point value of the dependencies, and whether some of them are unknown."""
    values = []
    is_some_unknown = False
    for group in groups:
        known = [
            Member(health, edge.weight, edge.is_essential)
            for edge, health in contributions(group, below)
        ]
        is_some_unknown |= len(known) < len(group.edges)
        if known:
            values.append((group, group_health(group.rule, known, group.edges)))
    return _together(values), is_some_unknown


def _left_by_planned_work(
    groups: Iterable[Group], own: int | None, below: Below
) -> tuple[list[int], bool]:
    """What planned work does not explain of a node, and whether some of it is unknown."""
    values = []
    is_some_unknown = False
    for group in groups:
        left = [edge for edge in group.edges if not below[edge.child].is_spared]
        known = [
            Member(edge.map(health), edge.weight, edge.is_essential)
            for edge in left
            if (health := below[edge.child].excused) is not None
        ]
        is_some_unknown |= len(known) < len(left)
        if known:
            values.append((group, group_health(shrunk(group.rule, left), known, left)))
    inherited = _together(values)
    return [part for part in (own, inherited) if part is not None], is_some_unknown


def _together(values: list[tuple[Group, int]]) -> int | None:
    """Essential groups by the worst of them, the others by their weighted mean."""
    parts = [health for group, health in values if group.is_essential]
    others = [(group.weight, health) for group, health in values if not group.is_essential]
    if others:
        weight = sum(weight for weight, _ in others)
        parts.append(sum(weight * health for weight, health in others) // weight)
    return min(parts, default=None)
