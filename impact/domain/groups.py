"""How the members of a group count together (spec impact 3.4), in whole milli-points.

Health is rounded down, once per group: a loss is never rounded away, and no order of
summing can change a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from impact.domain.labels import TOP
from impact.domain.maps import IDENTITY, OK_CUT, Map

CRITICAL_CUT = 30_000


class Mode(StrEnum):
    WORST = "worst"
    BEST = "best"
    K_OF_N = "k_of_n"
    CAPACITY = "capacity"
    WEIGHTED = "weighted"
    IMPACT = "impact"
    RATIO = "ratio"
    QUANTILE = "quantile"
    EXACTLY = "exactly"


@dataclass(frozen=True, slots=True)
class Edge:
    """The parent of the group needs `child`; `weight` is its units or points in some modes."""

    child: str
    map: Map = IDENTITY
    weight: int = 1
    is_essential: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A mode with its figures; each mode reads only its own."""

    mode: Mode = Mode.WORST
    k: int = 1
    need: int = 1
    min_units: int = 0
    crit: int = CRITICAL_CUT
    ok: int = 100
    warn: int = 100
    high: int = TOP
    mid: int = 0
    low: int = 0
    q: int = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Members below one parent that count together; not essential: they only weigh in."""

    rule: Rule
    edges: tuple[Edge, ...]
    is_essential: bool = True
    weight: int = 1


class Member(NamedTuple):
    """What one edge contributes."""

    health: int
    weight: int
    is_essential: bool


Members = Sequence[Member]


def group_health(rule: Rule, members: Members, edges: Sequence[Edge]) -> int:
    """The health of a group by its known members, of which there is at least one."""
    if rule.mode is Mode.CAPACITY:
        return _capacity(rule, members, _units(edges))
    return REDUCERS[rule.mode](rule, members)


def shrunk(rule: Rule, left: Sequence[Edge]) -> Rule:
    """The rule for the members that planned work leaves: no more units than are left."""
    if rule.min_units > _units(left):
        return replace(rule, min_units=0)
    return rule


def _units(members: Sequence[Edge] | Members) -> int:
    return sum(member.weight for member in members)


def _worst(rule: Rule, members: Members) -> int:
    return min(member.health for member in members)


def _best(rule: Rule, members: Members) -> int:
    return max(member.health for member in members)


def _k_of_n(rule: Rule, members: Members) -> int:
    ranked = sorted((member.health for member in members), reverse=True)
    return ranked[min(rule.k, len(ranked)) - 1]


def _capacity(rule: Rule, members: Members, units: int) -> int:
    """What is delivered of what is needed; the known units stand for all `units`."""
    delivered = units * sum(member.weight * member.health for member in members)
    known = _units(members)
    if delivered < rule.min_units * TOP * known:
        return 0
    return min(TOP, delivered // (min(rule.need, units) * known))


def _weighted(rule: Rule, members: Members) -> int:
    mean = sum(member.weight * member.health for member in members) // _units(members)
    caps = (m.health for m in members if m.is_essential and m.health < rule.crit)
    return min(mean, *caps, TOP)


def _impact(rule: Rule, members: Members) -> int:
    lost = sum(member.weight * (TOP - member.health) for member in members)
    return max(0, (100 * TOP - lost) // 100)


def _ratio(rule: Rule, members: Members) -> int:
    fine = 100 * sum(member.weight for member in members if member.health >= OK_CUT)
    units = _units(members)
    if fine >= rule.ok * units:
        return rule.high
    return rule.mid if fine >= rule.warn * units else rule.low


def _quantile(rule: Rule, members: Members) -> int:
    ranked = sorted(members)
    units, reached = _units(members), 0
    for member in ranked:
        reached += member.weight
        if 100 * reached >= rule.q * units:
            return member.health
    return ranked[-1].health


def _exactly(rule: Rule, members: Members) -> int:
    fine = sum(member.health >= OK_CUT for member in members)
    return TOP if fine == rule.k else 0


REDUCERS: dict[Mode, Callable[[Rule, Members], int]] = {
    Mode.WORST: _worst,
    Mode.BEST: _best,
    Mode.K_OF_N: _k_of_n,
    Mode.WEIGHTED: _weighted,
    Mode.IMPACT: _impact,
    Mode.RATIO: _ratio,
    Mode.QUANTILE: _quantile,
    Mode.EXACTLY: _exactly,
}
