"""The price of downtime, worked by hand, and its one law."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsm.kernel.intervals import Interval
from finance.domain.downtime import cost, exact_cost, in_cents, lost_milli
from tests.factories import at, span

NINE = at("03-10 09:00")
INSTANTS = st.integers(0, 10_000_000).map(lambda n: NINE + timedelta(milliseconds=n))
HOURLY = st.decimals(min_value=0, max_value=10**9, places=2)


@pytest.mark.parametrize(
    ("start", "end", "weight", "hourly_loss", "expected"),
    [
        ("03-10 09:00", "03-10 10:00", 1000, "1200", "1200.00"),
        ("03-10 09:00", "03-10 09:20", 1000, "1200", "400.00"),
        ("03-10 09:00", "03-10 10:00", 250, "1200", "300.00"),
        ("03-10 09:00", "03-10 09:00", 1000, "1200", "0.00"),
        ("03-10 09:00", "03-10 09:01", 1000, "0.30", "0.00"),  # half a cent: to even
        ("03-10 09:00", "03-10 09:01", 1000, "0.90", "0.02"),  # a cent and a half: to even
        ("03-29 00:00", "03-30 00:00", 1000, "1000", "24000.00"),  # clocks jump; time does not
    ],
)
def test_downtime_costs_time_times_share_times_value(start, end, weight, hourly_loss, expected):
    lost = lost_milli(span(start, end), weight)

    assert cost(lost, Decimal(hourly_loss)) == Decimal(expected)


def test_a_thousandth_of_a_millisecond_is_not_charged():
    assert lost_milli(Interval(NINE, NINE + timedelta(microseconds=999)), 1000) == 0


@given(st.lists(INSTANTS, min_size=2, max_size=6, unique=True), HOURLY)
def test_the_cost_of_the_parts_is_the_cost_of_the_whole(instants, hourly_loss):
    cuts = sorted(instants)
    parts = [Interval(a, b) for a, b in itertools.pairwise(cuts)]
    whole = Interval(cuts[0], cuts[-1])

    summed = sum((exact_cost(lost_milli(p, 1000), hourly_loss) for p in parts), Fraction())

    assert summed == exact_cost(lost_milli(whole, 1000), hourly_loss)
    assert in_cents(summed) == cost(lost_milli(whole, 1000), hourly_loss)


@given(st.integers(0, 10**10), HOURLY)
def test_rounding_moves_a_cost_by_half_a_cent_at_most(lost, hourly_loss):
    gap = abs(Fraction(cost(lost, hourly_loss)) - exact_cost(lost, hourly_loss))

    assert gap <= Fraction(1, 200)


def test_the_worked_example_of_the_paper_is_right():
    lost = lost_milli(span("03-10 09:00", "03-10 09:07"), 1000)

    assert cost(lost, Decimal("0.90")) == Decimal("0.10")
