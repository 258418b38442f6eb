"""A model written out as data, checked and turned into shape and signals (spec impact 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from impact.domain.graph import Shape
from impact.domain.groups import Edge, Group, Mode, Rule
from impact.domain.health import Own, Signal
from impact.domain.labels import TOP
from impact.domain.maps import IDENTITY, Floor, Map, Scale, SetTo, Step, Table

MAX_NODES = 5_000
MAX_EDGES = 50_000
MOST = 10**9

Errors = dict[str, Any]
Range = tuple[int, int]

HEALTH: Range = (0, TOP)
PERCENT: Range = (0, 100)
COUNT: Range = (1, MOST)
# The figures that a mode knows; those in OPTIONAL may be left out.
FIGURES: dict[Mode, dict[str, Range]] = {
    Mode.WORST: {},
    Mode.BEST: {},
    Mode.K_OF_N: {"k": COUNT},
    Mode.CAPACITY: {"need": COUNT, "min_units": (0, MOST)},
    Mode.WEIGHTED: {"crit": HEALTH},
    Mode.IMPACT: {},
    Mode.RATIO: {"ok": PERCENT, "warn": PERCENT, "high": HEALTH, "mid": HEALTH, "low": HEALTH},
    Mode.QUANTILE: {"q": PERCENT},
    Mode.EXACTLY: {"k": (0, MOST)},
}
OPTIONAL = frozenset({"min_units", "crit"})
MAPS: dict[str, tuple[Callable[..., Map], tuple[Range, ...]]] = {
    "identity": (lambda: IDENTITY, ()),
    "scale": (Scale, (PERCENT,)),
    "floor": (Floor, (HEALTH,)),
    "set_to": (SetTo, (HEALTH,)),
    "step": (Step, (HEALTH, HEALTH, HEALTH)),
}


class ModelRefused(ValueError):
    """The model breaks rules; `errors` says which, by node and field."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("the model was refused")
        self.errors = errors


def model_of(told: object) -> tuple[Shape, dict[str, Signal]]:
    """Shape and signals of a model; raises ModelRefused with all that is wrong with it."""
    if not isinstance(told, Mapping) or not told:
        raise ModelRefused({"": "must be an object of nodes by name, at least one"})
    if len(told) > MAX_NODES:
        raise ModelRefused({"": f"has more than {MAX_NODES} nodes"})
    reader = _Reader(told)
    shape: dict[str, tuple[Group, ...]] = {}
    signals: dict[str, Signal] = {}
    errors: Errors = {}
    for name, node in told.items():
        try:
            signals[name], shape[name] = reader.node(node)
        except ModelRefused as refused:
            errors[name] = refused.errors
    if errors:
        raise ModelRefused(errors)
    if sum(len(group.edges) for groups in shape.values() for group in groups) > MAX_EDGES:
        raise ModelRefused({"": f"has more than {MAX_EDGES} edges"})
    return shape, signals


class _Reader:
    """Reads the nodes of one model, whose names are known."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self.names = names

    def node(self, told: object) -> tuple[Signal, tuple[Group, ...]]:
        known = _object(told, {"own", "maint", "groups"})
        fields = _Fields(known)
        own = fields.read("own", _own, None)
        maint = fields.read("maint", _flag, default=False)
        groups = fields.read("groups", lambda value: _each(value, self.group), [])
        fields.finish()
        return Signal(own, maint), tuple(groups)

    def group(self, told: object) -> Group:
        mode = _mode(told)
        ranges = FIGURES[mode]
        fields = _Fields(_object(told, {"mode", "essential", "weight", "edges", *ranges}))
        figures = {
            name: fields.read(name, _within(*ranges[name]))
            for name in ranges
            if name in fields.told or name not in OPTIONAL
        }
        is_essential = fields.read("essential", _flag, default=True)
        weight = fields.read("weight", _within(*COUNT), 1)
        edges = fields.read("edges", lambda value: _each(value, self.edge))
        fields.finish()
        kept = tuple(edge for edge in edges if edge is not None)
        return Group(Rule(mode, **figures), kept, is_essential, weight)

    def edge(self, told: object) -> Edge | None:
        """None for an edge that is to be ignored."""
        fields = _Fields(_object(told, {"to", "map", "w", "essential", "ignore"}))
        child = fields.read("to", self._name)
        given = fields.read("map", _map, IDENTITY)
        weight = fields.read("w", _within(*COUNT), 1)
        is_essential = fields.read("essential", _flag, default=False)
        is_ignored = fields.read("ignore", _flag, default=False)
        fields.finish()
        return None if is_ignored else Edge(child, given, weight, is_essential)

    def _name(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.names:
            raise ModelRefused({"": f"there is no node {value!r}"})
        return value


_REQUIRED: Any = object()


class _Fields:
    """Reads the fields of one object and collects what is wrong with them."""

    def __init__(self, told: Mapping[str, object]) -> None:
        self.told = told
        self.errors: Errors = {}

    def read(
        self, name: str, cleaned: Callable[[object], Any], default: Any = _REQUIRED
    ) -> Any:
        if name not in self.told:
            if default is _REQUIRED:
                self.errors[name] = "is missing"
            return default
        try:
            return cleaned(self.told[name])
        except ModelRefused as refused:
            self.errors[name] = refused.errors.get("", refused.errors)
            return default

    def finish(self) -> None:
        if self.errors:
            raise ModelRefused(self.errors)


def _object(told: object, known: set[str]) -> Mapping[str, object]:
    if not isinstance(told, Mapping):
        raise ModelRefused({"": "must be an object"})
    unknown = sorted(set(told) - known)
    if unknown:
        raise ModelRefused(dict.fromkeys(unknown, "is not a known key"))
    return told


def _each(told: object, cleaned: Callable[[object], Any]) -> list[Any]:
    if not isinstance(told, list):
        raise ModelRefused({"": "must be a list"})
    items, errors = [], {}
    for n, item in enumerate(told):
        try:
            items.append(cleaned(item))
        except ModelRefused as refused:
            errors[str(n)] = refused.errors.get("", refused.errors)
    if errors:
        raise ModelRefused(errors)
    return items


def _mode(told: object) -> Mode:
    mode = told.get("mode") if isinstance(told, Mapping) else None
    if not isinstance(mode, str) or mode not in list(Mode):
        raise ModelRefused({"mode": f"must be one of {', '.join(Mode)}"})
    return Mode(mode)


def _own(value: object) -> Own:
    if value is None or value == "unknown":
        return value
    try:
        return _whole(value, *HEALTH)
    except ModelRefused:
        told = f"must be null, “unknown” or a whole number from 0 to {TOP}"
        raise ModelRefused({"": told}) from None


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ModelRefused({"": "must be true or false"})
    return value


def _whole(value: object, low: int, high: int) -> int:
    # True is an int to Python; it is not one to the reader of a model.
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ModelRefused({"": f"must be a whole number from {low} to {high}"})
    return value


def _within(low: int, high: int) -> Callable[[object], int]:
    return lambda value: _whole(value, low, high)


def _map(told: object) -> Map:
    if not isinstance(told, list) or not told:
        raise ModelRefused({"": "must be a list, such as [“scale”, 50]"})
    kind, *figures = told
    if kind == "table":
        return _table(figures)
    if not isinstance(kind, str) or kind not in MAPS:
        raise ModelRefused({"": f"must be one of {', '.join([*MAPS, 'table'])}"})
    made, ranges = MAPS[kind]
    if len(figures) != len(ranges):
        raise ModelRefused({"": f"{kind} takes {len(ranges)} figures"})
    given = [_whole(figure, *span) for figure, span in zip(figures, ranges, strict=True)]
    if kind == "step" and given[1] > given[2]:
        raise ModelRefused({"": "step must not fall: its low value is above its high one"})
    return made(*given)


def _table(figures: list[object]) -> Map:
    told = figures[0] if len(figures) == 1 else None
    if not isinstance(told, list) or not told:
        raise ModelRefused({"": "table takes a list of points [health, value]"})
    points = []
    for point in told:
        if not isinstance(point, list) or len(point) != 2:
            raise ModelRefused({"": "each point of a table is [health, value]"})
        points.append((_whole(point[0], *HEALTH), _whole(point[1], *HEALTH)))
    for left, right in pairwise(points):
        if left[0] >= right[0] or left[1] > right[1]:
            raise ModelRefused({"": "the points of a table must rise"})
    return Table(tuple(points))
