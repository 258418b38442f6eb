"""Geometry of the small drawings in a page: strips, bars, sparklines and timelines.

Rows in, coordinates out. The templates in components/ write the SVG; nothing here knows
about colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

DAY_WIDTH, DAY_STEP, STRIP_HEIGHT = 4, 5, 20
BAR_WIDTH = 96
SPARK_WIDTH, SPARK_HEIGHT, SPARK_INSET = 96, 28, 3
LINE_WIDTH = 1000
KIND_WORDS = {
    "ok": "fine",
    "warn": "degraded",
    "crit": "with an outage",
    "maint": "with maintenance",
    "unknown": "without data",
}


@dataclass(frozen=True)
class Shape:
    """Bars of one kind as one SVG path, with a title when it stands for a single thing."""

    kind: str
    path: str
    title: str = ""


@dataclass(frozen=True)
class Strip:
    width: int
    height: int
    label: str
    shapes: list[Shape]


def strip(days: Sequence[Any]) -> Strip:
    """One bar a day, oldest first; a day is {day, kind, title}, as a mapping or an object.

    Quiet days become one path: a page of forty strips stays small.
    """
    quiet: dict[str, list[str]] = {"ok": [], "unknown": []}
    named: list[Shape] = []
    counts = dict.fromkeys(KIND_WORDS, 0)
    for n, one in enumerate(days):
        kind = str(_of(one, "kind"))
        kind = kind if kind in counts else "unknown"
        counts[kind] += 1
        # Half height tells "no data" apart without colour.
        height = STRIP_HEIGHT // 2 if kind == "unknown" else STRIP_HEIGHT
        top = STRIP_HEIGHT - height
        bar = f"M{n * DAY_STEP} {top}h{DAY_WIDTH}v{height}h-{DAY_WIDTH}z"
        if kind in quiet:
            quiet[kind].append(bar)
        else:
            named.append(Shape(kind, bar, str(_of(one, "title") or _of(one, "day"))))
    told = ", ".join(f"{count} {KIND_WORDS[kind]}" for kind, count in counts.items() if count)
    return Strip(
        width=max(len(days) * DAY_STEP - 1, 1),
        height=STRIP_HEIGHT,
        label=f"Last {len(days)} days: {told or 'without data'}",
        shapes=[Shape(kind, "".join(bars)) for kind, bars in quiet.items() if bars] + named,
    )


def allowance_width(used_percent: Decimal | int | None) -> str:
    """Width of the filled part of an allowance bar; what is overdrawn fills it."""
    if used_percent is None or used_percent <= 0:
        return "0"
    return f"{min(Decimal(used_percent), Decimal(100)) * BAR_WIDTH / 100:.1f}"


def allowance_kind(used_percent: Decimal | int | None) -> str:
    """Above 80 % is a near miss; above 100 % the promise is broken."""
    if used_percent is None:
        return "unknown"
    if used_percent > 100:
        return "crit"
    return "warn" if used_percent >= 80 else "ok"


@dataclass(frozen=True)
class Spark:
    width: int
    height: int
    paths: list[str]
    end_x: str
    end_y: str


def spark(values: Sequence[Decimal | float | int | None]) -> Spark | None:
    """A line through the values, broken where one is missing; None when there is no line."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return None
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = (SPARK_WIDTH - 2 * SPARK_INSET) / (len(values) - 1)
    tall = SPARK_HEIGHT - 2 * SPARK_INSET
    runs: list[list[str]] = [[]]
    end = ("0", "0")
    for n, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x = f"{SPARK_INSET + n * step:.1f}"
        y = f"{SPARK_INSET + tall * (1 - (float(value) - low) / span):.1f}"
        end = (x, y)
        runs[-1].append(f"{x} {y}")
    paths = ["M" + "L".join(run) for run in runs if len(run) > 1]
    return Spark(SPARK_WIDTH, SPARK_HEIGHT, paths, *end)


@dataclass(frozen=True)
class Piece:
    kind: str
    x: str
    width: str
    title: str


def timeline(
    pieces: Sequence[tuple[datetime, datetime, str, str]], *, start: datetime, end: datetime
) -> list[Piece]:
    """Intervals (from, until, kind, title) as bars on a line of 1000 units, cut to the span."""
    whole = (end - start).total_seconds()
    if whole <= 0:
        return []
    drawn = []
    for begins, ends, kind, title in pieces:
        left = max((begins - start).total_seconds(), 0.0) / whole
        right = min((ends - start).total_seconds(), whole) / whole
        if right <= left:
            continue
        # A short outage is still one to be seen: at least two units wide.
        wide = (right - left) * LINE_WIDTH
        wide = wide if kind == "ok" else max(wide, 2.0)
        drawn.append(Piece(kind, f"{left * LINE_WIDTH:.2f}", f"{wide:.2f}", title))
    return sorted(drawn, key=lambda piece: piece.kind != "ok")


def _of(row: Any, name: str) -> Any:
    return row.get(name, "") if isinstance(row, dict) else getattr(row, name, "")
