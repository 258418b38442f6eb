"""Figures in words never look better than they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsm.kernel import words

percents = st.decimals(min_value=0, max_value=100, places=9)
sizes = st.decimals(min_value=0, max_value=Decimal("1e12"), places=2)


def number(text: str) -> Decimal:
    return Decimal(text.rstrip("%").replace(words.MINUS, "-"))


@given(percents, st.integers(min_value=0, max_value=6))
def test_a_printed_percentage_never_exceeds_the_true_one(value: Decimal, decimals: int) -> None:
    printed = number(words.percent(value, decimals=decimals))

    assert printed <= value < printed + Decimal(1).scaleb(-decimals)


@given(percents)
def test_a_hundred_percent_is_printed_only_when_it_is_exact(value: Decimal) -> None:
    assert (words.percent(value) == "100%") == (value == 100)


@given(percents, percents)
def test_the_better_figure_is_never_printed_as_the_worse_one(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))

    assert number(words.percent(low)) <= number(words.percent(high))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "No data"),
        (Decimal("99.9999999"), "99.999%"),
        (Decimal("99.9"), "99.900%"),
        (Decimal(100), "100%"),
        (100, "100%"),
        (Decimal(0), "0.000%"),
        (Decimal("-0.0001"), f"{words.MINUS}0.001%"),
    ],
)
def test_percentages_are_cut_toward_the_breach(value: Decimal | None, text: str) -> None:
    assert words.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("99.90000"), "99.9%"),
        (Decimal("99.95"), "99.95%"),
        (Decimal(100), "100%"),
        (Decimal("1E+1"), "10%"),
        (None, "No target"),
    ],
)
def test_a_target_is_printed_as_it_was_promised(value: Decimal | None, text: str) -> None:
    assert words.target(value) == text


@given(st.decimals(min_value=0, max_value=1000, places=6))
def test_an_allowance_looks_empty_or_exhausted_only_when_it_is(value: Decimal) -> None:
    text = words.used(value)

    assert (text == "0%") == (value == 0)
    assert (text == "100%") == (value == 100)
    assert (value > 100) == (text != "<1%" and number(text) > 100)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (21_000, "5 h 50 min"),
        (45, "45 s"),
        (0, "0 s"),
        (60, "1 min"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
        (86_400, "1 d"),
        (86_460, "1 d"),
        (Decimal("0.25"), "250 ms"),
        (timedelta(microseconds=10), "1 ms"),
        (-90, f"{words.MINUS}1 min 30 s"),
        (None, "No data"),
    ],
)
def test_durations_have_the_two_largest_units(length: timedelta | int, text: str) -> None:
    assert words.duration(length) == text


@pytest.mark.parametrize(
    ("amount", "currency", "long", "short"),
    [
        (Decimal("1200"), "EUR", "€1,200.00", "€1,200"),
        (Decimal("0.005"), "EUR", "€0.00", "€0"),
        (Decimal("42600"), "EUR", "€42,600.00", "€42.6k"),
        (Decimal("1836000"), "USD", "$1,836,000.00", "$1.84M"),
        (Decimal("999949"), "EUR", "€999,949.00", "€1M"),
        (Decimal("9996"), "EUR", "€9,996.00", "€9,996"),
        (Decimal("-12.5"), "CHF", f"{words.MINUS}CHF 12.50", f"{words.MINUS}CHF 12"),
        (Decimal("1500"), "JPY", "¥1,500", "¥1,500"),
        (None, "EUR", "No data", "No data"),
    ],
)
def test_money_carries_its_currency(
    amount: Decimal | None, currency: str, long: str, short: str
) -> None:
    assert words.money(amount, currency) == long
    assert words.money_short(amount, currency) == short


@given(sizes)
def test_a_short_amount_is_within_half_a_percent(amount: Decimal) -> None:
    text = words.money_short(amount, "EUR").removeprefix("€").replace(",", "")
    factor = {"k": 1_000, "M": 1_000_000, "bn": 1_000_000_000}
    unit = next((unit for unit in factor if text.endswith(unit)), "")
    printed = Decimal(text.removesuffix(unit)) * factor.get(unit, 1)

    assert abs(printed - amount) <= max(amount * Decimal("0.005"), Decimal("0.5"))


NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=4), "just now"),
        (timedelta(seconds=50), "50 s ago"),
        (timedelta(minutes=4, seconds=59), "4 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_an_age_has_one_unit(before: timedelta, text: str) -> None:
    assert words.age(NOON - before, now=NOON) == text


def test_an_instant_names_its_zone_and_leaves_out_only_the_present_year() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert words.when(NOON, now=NOON) == "Tue 3 Nov, 12:00 UTC"
    assert words.when(NOON, zone=berlin, now=NOON) == "Tue 3 Nov, 13:00 CET"
    assert words.when(NOON) == "Tue 3 Nov 2026, 12:00 UTC"
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert words.when(new_year, zone=berlin, now=new_year) == "Fri 1 Jan, 00:30 CET"


def test_a_day_is_written_without_leading_zeros() -> None:
    assert words.day(date(2026, 3, 4)) == "4 Mar 2026"
