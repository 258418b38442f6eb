"""Service hours by the wall clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bsm.kernel.intervals import total
from sla.domain.service_hours import Opening, agreed_time
from tests.sla.domain.cases import OFFICE, period, span, weekly

BERLIN = "Europe/Berlin"
NIGHT = weekly([5], "22:00", "06:00")
HOLIDAY = date(2025, 6, 13)  # a Friday


def hours(calendar, kind, first, zone=BERLIN):
    return (
        total(agreed_time(calendar, period(kind, first, zone), ZoneInfo(zone))).total_seconds()
        / 3600
    )


def test_around_the_clock_is_the_whole_period():
    assert hours(None, "month", "2025-03-01") == 743


@pytest.mark.parametrize(
    ("opens", "closes", "spring", "autumn"),
    [
        ("02:00", "03:00", 0, 2),
        ("02:00", "02:30", 0, 1),
        ("01:00", "02:30", 1, 2),
        ("00:00", "00:00", 23, 25),
        ("03:00", "04:00", 1, 1),
    ],
)
def test_a_skipped_hour_counts_nothing_and_a_repeated_one_twice(opens, closes, spring, autumn):
    daily = weekly(range(1, 8), opens, closes)

    assert hours(daily, "day", "2025-03-30") == spring
    assert hours(daily, "day", "2025-10-26") == autumn


@pytest.mark.parametrize(("day", "length"), [("2025-04-06", 24.5), ("2025-10-05", 23.5)])
def test_a_half_hour_change_of_the_clocks(day, length):
    assert (
        hours(weekly(range(1, 8), "00:00", "00:00"), "day", day, "Australia/Lord_Howe")
        == length
    )


def test_a_night_belongs_to_the_day_it_starts_on():
    assert hours(NIGHT, "day", "2025-06-13") == 2
    assert hours(NIGHT, "day", "2025-06-14") == 6


def test_a_holiday_takes_the_whole_night_that_starts_on_it():
    closed = replace(NIGHT, holidays=frozenset({HOLIDAY}))

    assert hours(closed, "day", "2025-06-13") == 0
    assert hours(closed, "day", "2025-06-14") == 0


def test_a_holiday_leaves_the_night_that_started_before_it():
    closed = replace(NIGHT, holidays=frozenset({date(2025, 6, 14)}))

    assert hours(closed, "day", "2025-06-14") == 6


def test_a_special_opening_goes_before_holiday_and_week():
    opening = Opening(HOLIDAY, time(10), time(14))
    calendar = replace(OFFICE, holidays=frozenset({HOLIDAY}), openings=(opening,))

    assert hours(calendar, "day", "2025-06-13") == 4
    assert hours(replace(calendar, holidays=frozenset()), "day", "2025-06-13") == 4


def test_service_hours_are_cut_to_the_span():
    friday = span("2025-06-13 16:30", "2025-06-16 09:10", BERLIN)

    assert agreed_time(OFFICE, friday, ZoneInfo(BERLIN)) == [
        span("2025-06-13 16:30", "2025-06-13 17:00", BERLIN),
        span("2025-06-16 09:00", "2025-06-16 09:10", BERLIN),
    ]


def test_a_date_that_never_was_has_no_hours():
    assert (
        hours(weekly(range(1, 8), "00:00", "00:00"), "day", "2011-12-30", "Pacific/Apia") == 0
    )
