"""The arithmetic of spans, and its laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsm.kernel.intervals import Interval, gaps, intersect, merge, subtract, total

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def span(start: int, end: int) -> Interval:
    return Interval(MIDNIGHT + timedelta(minutes=start), MIDNIGHT + timedelta(minutes=end))


minutes = st.integers(0, 1440)
spans = st.lists(st.tuples(minutes, minutes).map(lambda ends: span(min(ends), max(ends))))


@given(spans, spans)
def test_what_is_shared_and_what_is_left_make_up_the_whole(left, right):
    assert total(intersect(left, right)) + total(subtract(left, right)) == total(left)


@given(spans)
def test_gaps_of_the_gaps_are_the_intervals_again(intervals):
    day = span(0, 1440)
    assert gaps(gaps(intervals, within=day), within=day) == merge(intervals)


@given(spans)
def test_merged_spans_lie_apart_and_in_order(intervals):
    merged = merge(intervals)
    assert all(one.end < other.start for one, other in pairwise(merged))
    assert total(merged) == total(intervals)


@given(spans, spans)
def test_sharing_does_not_care_who_comes_first(left, right):
    assert intersect(left, right) == intersect(right, left)


def test_spans_that_touch_are_one():
    assert merge([span(60, 90), span(30, 60)]) == [span(30, 90)]


def test_an_empty_span_covers_nothing():
    assert merge([span(60, 60)]) == []
    assert not span(60, 60).covers(MIDNIGHT + timedelta(minutes=60))


def test_the_end_of_a_span_is_outside_it():
    assert span(0, 60).covers(MIDNIGHT)
    assert not span(0, 60).covers(MIDNIGHT + timedelta(minutes=60))


def test_a_clipped_span_stays_inside():
    assert span(0, 60).clipped(span(30, 90)) == span(30, 60)
    assert span(0, 10).clipped(span(30, 90)).is_empty


def test_a_night_with_a_clock_change_lasts_as_long_as_it_lasts():
    berlin = ZoneInfo("Europe/Berlin")
    night = Interval(
        datetime(2026, 3, 29, tzinfo=berlin), datetime(2026, 3, 29, 6, tzinfo=berlin)
    )
    assert night.duration == timedelta(hours=5)


def test_ends_without_a_zone_are_refused():
    with pytest.raises(ValueError, match="timezone-aware"):
        Interval(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001


def test_a_span_cannot_run_backwards():
    with pytest.raises(ValueError, match="before it starts"):
        span(60, 30)
