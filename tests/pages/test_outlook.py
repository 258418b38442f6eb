"""What is said of a month that is not over."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sla.domain.outlook import Outlook, outlook, used_percent

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("status", "is_provisional", "down", "budget", "expected"),
    [
        pytest.param("MET", True, 0, HOUR, Outlook.ON_TRACK, id="nothing lost yet"),
        pytest.param("MET", True, 8 * HOUR // 10, HOUR, Outlook.AT_RISK, id="80 % is used"),
        pytest.param(
            "MET", True, 8 * HOUR // 10 - 1, HOUR, Outlook.ON_TRACK, id="just under 80 %"
        ),
        pytest.param("BREACHED", True, 60_000, HOUR, Outlook.AT_RISK, id="can be made up for"),
        pytest.param("BREACHED", True, HOUR + 1, HOUR, Outlook.BREACHED, id="is lost already"),
        pytest.param("MET", True, HOUR, HOUR, Outlook.AT_RISK, id="all used, none overdrawn"),
        pytest.param("MET", False, HOUR, HOUR, Outlook.MET, id="kept to its last second"),
        pytest.param("BREACHED", False, HOUR + 1, HOUR, Outlook.BREACHED, id="over and missed"),
        pytest.param("MET", True, 0, 0, Outlook.ON_TRACK, id="no allowance, nothing lost"),
        pytest.param("BREACHED", True, 1, 0, Outlook.BREACHED, id="no allowance, some lost"),
        pytest.param(None, True, 0, None, Outlook.NO_DATA, id="nothing measured"),
        pytest.param("UNDECIDED", False, 0, HOUR, Outlook.UNDECIDED, id="may be either"),
        pytest.param("INSUFFICIENT_DATA", False, 0, HOUR, Outlook.UNDECIDED, id="too little"),
    ],
)
def test_a_running_month_is_lost_only_when_its_whole_allowance_is(
    status, is_provisional, down, budget, expected
):
    found = outlook(status, is_provisional=is_provisional, down_milli=down, budget_milli=budget)
    assert found is expected


def test_the_share_used_is_never_shown_smaller_than_it_is():
    assert used_percent(down_milli=1, budget_milli=HOUR) == Decimal("0.1")
    assert used_percent(down_milli=HOUR + 1, budget_milli=HOUR) == Decimal("100.1")


def test_nothing_used_of_nothing_is_nothing():
    assert used_percent(down_milli=0, budget_milli=0) == 0
    assert used_percent(down_milli=1, budget_milli=0) is None
    assert used_percent(down_milli=0, budget_milli=None) is None
