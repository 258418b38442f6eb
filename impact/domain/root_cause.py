"""What pulls a node down: bad signals that nothing below them explains (spec impact 3.10)."""

from __future__ import annotations

from collections.abc import Mapping

from impact.domain.groups import Edge, Group, Member, group_health
from impact.domain.health import Below, Signal, contributions, inherited_by
from impact.domain.labels import TOP
from impact.domain.maps import OK_CUT

Causes = frozenset[str]
NONE: Causes = frozenset()


def causes_of(
    node: str,
    groups: tuple[Group, ...],
    signal: Signal,
    below: Below,
    known: Mapping[str, Causes],
) -> Causes:
    """The causes of one solved node; `known` has those of its children.

    What its redundancy carries is not a cause, and a bad signal that the dependencies
    already account for is a symptom.
    """
    health = below[node].actual
    if health is None or health == TOP:
        return NONE
    found: set[str] = set()
    for group in groups:
        members = contributions(group, below)
        if members and _loses(group, members):
            found.update(*(known[edge.child] for edge, given in members if given < TOP))
    if isinstance(signal.own, int) and signal.own < OK_CUT:
        inherited, _ = inherited_by(groups, below)
        if inherited is None or inherited > signal.own:
            found.add(node)
    return frozenset(found)


def _loses(group: Group, members: list[tuple[Edge, int]]) -> bool:
    given = [Member(health, edge.weight, edge.is_essential) for edge, health in members]
    return group_health(group.rule, given, group.edges) < TOP
