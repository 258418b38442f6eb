"""Strips, bars and lines are drawn to scale and never hide a bad moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsm.web import drawing

KINDS = ["ok", "warn", "crit", "maint", "unknown"]
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@given(st.lists(st.sampled_from(KINDS), max_size=90))
def test_a_strip_draws_each_day_once(kinds: list[str]) -> None:
    days = [{"day": str(n), "kind": kind, "title": f"day {n}"} for n, kind in enumerate(kinds)]

    strip = drawing.strip(days)

    starts = sorted(int(x) for s in strip.shapes for x in re.findall(r"M(\d+) ", s.path))
    assert starts == [n * drawing.DAY_STEP for n in range(len(kinds))]
    bad = [kind for kind in kinds if kind in {"warn", "crit", "maint"}]
    assert len([shape for shape in strip.shapes if shape.title]) == len(bad)


def test_a_strip_says_in_words_what_it_shows() -> None:
    days = [{"day": "1", "kind": "ok", "title": ""}, {"day": "2", "kind": "crit", "title": "x"}]

    assert drawing.strip(days).label == "Last 2 days: 1 fine, 1 with an outage"
    assert drawing.strip([]).label == "Last 0 days: without data"


def test_a_day_of_a_kind_never_heard_of_is_without_data() -> None:
    assert (
        drawing.strip([{"day": "1", "kind": "fine?", "title": ""}]).shapes[0].kind == "unknown"
    )


@pytest.mark.parametrize(
    ("used", "width", "kind"),
    [
        (None, "0", "unknown"),
        (Decimal(0), "0", "ok"),
        (Decimal(50), "48.0", "ok"),
        (Decimal(80), "76.8", "warn"),
        (Decimal(100), "96.0", "warn"),
        (Decimal("100.1"), "96.0", "crit"),
        (Decimal(-5), "0", "ok"),
    ],
)
def test_an_allowance_bar_turns_red_only_when_overdrawn(
    used: Decimal | None, width: str, kind: str
) -> None:
    assert drawing.allowance_width(used) == width
    assert drawing.allowance_kind(used) == kind


def test_a_sparkline_breaks_where_a_value_is_missing() -> None:
    spark = drawing.spark([1, 2, None, 3, 4])

    assert spark is not None
    assert len(spark.paths) == 2
    assert drawing.spark([1, None]) is None


@given(st.lists(st.integers(min_value=-(10**6), max_value=10**6), min_size=2, max_size=40))
def test_a_sparkline_stays_inside_its_box(values: list[int]) -> None:
    spark = drawing.spark(values)

    assert spark is not None
    points = re.findall(r"[ML]([\d.-]+) ([\d.-]+)", "".join(spark.paths))
    assert len(points) == len(values)
    assert all(
        0 <= float(x) <= spark.width and 0 <= float(y) <= spark.height for x, y in points
    )


def test_a_timeline_is_cut_to_its_span_and_shows_even_a_short_outage() -> None:
    second = timedelta(seconds=1)
    pieces = [
        (START - DAY, START + DAY / 2, "ok", ""),
        (START + DAY / 2, START + DAY / 2 + second, "crit", "Outage"),
        (START + DAY / 2 + second, START + 2 * DAY, "ok", ""),
        (START + 3 * DAY, START + 4 * DAY, "crit", "later"),
    ]

    drawn = drawing.timeline(pieces, start=START, end=START + DAY)

    assert [piece.kind for piece in drawn] == ["ok", "ok", "crit"]
    assert (drawn[0].x, drawn[0].width) == ("0.00", "500.00")
    assert float(drawn[-1].width) >= 2
    assert drawing.timeline(pieces, start=START, end=START) == []
