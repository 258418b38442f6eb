"""Models written out as data, as the simulator takes them, turned into shape and signals."""

from __future__ import annotations

from typing import Any

from impact.domain.graph import Shape
from impact.domain.groups import Edge, Group, Mode, Rule
from impact.domain.health import Signal
from impact.domain.maps import IDENTITY, Floor, Map, Scale, SetTo, Step, Table

PARAMETERS = frozenset({"k", "need", "min_units", "crit", "ok", "warn", "high", "mid", "low", "q"})


def model_of(told: dict[str, Any]) -> tuple[Shape, dict[str, Signal]]:
    shape = {
        name: tuple(_group(group) for group in node.get("groups", []))
        for name, node in told.items()
    }
    signals = {
        name: Signal(node.get("own"), bool(node.get("maint"))) for name, node in told.items()
    }
    return shape, signals


def _group(told: dict[str, Any]) -> Group:
    return Group(
        rule=Rule(Mode(told["mode"]), **{k: v for k, v in told.items() if k in PARAMETERS}),
        edges=tuple(_edge(edge) for edge in told["edges"]),
        is_essential=told.get("essential", True),
        weight=told.get("weight", 1),
    )


def _edge(told: dict[str, Any] | str) -> Edge:
    if isinstance(told, str):
        return Edge(told)
    return Edge(
        told["to"],
        _map(told.get("map", ["identity"])),
        told.get("w", 1),
        told.get("essential", False),
    )


def _map(told: list[Any]) -> Map:
    kind, *figures = told
    if kind == "table":
        return Table(tuple((h, x) for h, x in figures[0]))
    kinds = {"scale": Scale, "floor": Floor, "set_to": SetTo, "step": Step}
    return kinds[kind](*figures) if kind in kinds else IDENTITY
