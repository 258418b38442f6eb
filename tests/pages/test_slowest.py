"""A chart has fewer points than there were checks, and hides none that was slow."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bsm.pages.charts import slowest
from tests.factories import at

START = at("03-10 00:00")
times = st.lists(st.none() | st.integers(1, 60_000), max_size=200)


def checks(values):
    return [(START + timedelta(minutes=n), value) for n, value in enumerate(values)]


def test_of_neighbours_the_slowest_stands_for_all():
    assert slowest(checks([100, 900, 200, 300]), most=2) == [
        (START, 900),
        (START + timedelta(minutes=2), 300),
    ]


def test_a_check_that_got_no_answer_leaves_a_gap():
    assert slowest(checks([100, None, 200, 300]), most=2)[0] == (START, None)


def test_few_points_are_shown_as_they_are():
    assert slowest(checks([100, 200]), most=2) == checks([100, 200])


@given(times, st.integers(1, 50))
def test_no_more_points_than_asked_and_the_slowest_of_all_is_among_them(values, most):
    shown = slowest(checks(values), most=most)

    assert len(shown) <= most
    if values and None not in values:
        assert max(value for _, value in shown) == max(values)
