"""How much of a child's health reaches its parent (spec impact 3.3). All maps are monotone."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Protocol

from impact.domain.labels import TOP

OK_CUT = 90_000


class Map(Protocol):
    """A child's health in, its contribution to a group out; both 0 to TOP."""

    def __call__(self, health: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Identity:
    def __call__(self, health: int, /) -> int:
        return health


@dataclass(frozen=True, slots=True)
class Scale:
    """Only this share of the loss gets through."""

    percent: int

    def __call__(self, health: int, /) -> int:
        return (100 * TOP - self.percent * (TOP - health)) // 100


@dataclass(frozen=True, slots=True)
class Floor:
    """Never less than this gets through."""

    least: int

    def __call__(self, health: int, /) -> int:
        return max(health, self.least)


@dataclass(frozen=True, slots=True)
class SetTo:
    """Whatever is not ok counts as this."""

    value: int

    def __call__(self, health: int, /) -> int:
        return TOP if health >= OK_CUT else self.value


@dataclass(frozen=True, slots=True)
class Step:
    """`high` from the cut on, `low` below it."""

    cut: int
    low: int
    high: int

    def __call__(self, health: int, /) -> int:
        return self.high if health >= self.cut else self.low


@dataclass(frozen=True, slots=True)
class Table:
    """Linear between the points, level beyond the first and the last."""

    points: tuple[tuple[int, int], ...]

    def __call__(self, health: int, /) -> int:
        n = bisect_right(self.points, health, key=lambda point: point[0])
        if n == 0:
            return self.points[0][1]
        if n == len(self.points):
            return self.points[-1][1]
        (left, low), (right, high) = self.points[n - 1], self.points[n]
        return low + (high - low) * (health - left) // (right - left)


IDENTITY = Identity()
