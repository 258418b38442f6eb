"""Days, months and years in every zone."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsm.kernel.periods import Period, PeriodKind, day_interval, day_start

ZONES = sorted(available_timezones() - {"localtime"})
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        pytest.param("Europe/Berlin", date(2025, 3, 30), 23 * HOUR, id="clocks go forward"),
        pytest.param("Europe/Berlin", date(2025, 10, 26), 25 * HOUR, id="clocks go back"),
        pytest.param(
            "Australia/Lord_Howe", date(2025, 4, 6), 24.5 * HOUR, id="A37 half an hour"
        ),
        pytest.param("Australia/Lord_Howe", date(2025, 10, 5), 23.5 * HOUR, id="A37 forward"),
        pytest.param(
            "Pacific/Apia", date(2011, 12, 30), 0 * HOUR, id="A39 a date that never was"
        ),
        pytest.param("America/Sao_Paulo", date(2018, 11, 4), 23 * HOUR, id="A38 no midnight"),
    ],
)
def test_a_local_day_is_as_long_as_its_zone_makes_it(zone, day, length):
    assert day_interval(day, ZoneInfo(zone)).duration == length


@given(st.sampled_from(ZONES), st.dates(date(1990, 1, 1), date(2037, 12, 1)))
def test_days_tile_the_time_line_in_every_zone(name, day):
    zone = ZoneInfo(name)
    today, tomorrow = day_interval(day, zone), day_interval(day + timedelta(days=1), zone)
    assert today.end == tomorrow.start
    second = timedelta(seconds=1)
    assert day_start(day, zone).astimezone(zone).date() >= day
    assert (day_start(day, zone) - second).astimezone(zone).date() < day


@given(
    st.sampled_from(sorted(PeriodKind)),
    st.dates(date(1990, 1, 1), date(2037, 12, 1)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"]),
)
def test_periods_of_a_kind_follow_one_another(kind, day, zone):
    period = Period.containing(kind, day)
    assert period.first_on <= day < period.ends_on
    assert period.interval(ZoneInfo(zone)).end == period.next.interval(ZoneInfo(zone)).start
    assert period.next.previous == period


@pytest.mark.parametrize(
    ("kind", "day", "text"),
    [
        (PeriodKind.MONTH, date(2026, 8, 31), "2026-08"),
        (PeriodKind.QUARTER, date(2026, 8, 31), "2026-Q3"),
        (PeriodKind.YEAR, date(2026, 8, 31), "2026"),
        (PeriodKind.WEEK, date(2027, 1, 1), "2026-W53"),
        (PeriodKind.DAY, date(2026, 8, 31), "2026-08-31"),
    ],
)
def test_a_period_is_written_as_people_write_it(kind, day, text):
    assert str(Period.containing(kind, day)) == text


def test_a_month_is_read_back():
    assert str(Period.month("2026-08")) == "2026-08"


@pytest.mark.parametrize("text", ["2026-8", "2026-13", "August", "2026-08-01", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match=r"month"):
        Period.month(text)
