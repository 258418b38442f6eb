"""How a result explains itself, checked with pencil and paper."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sla.domain.explanation import Counted, steps_of
from sla.domain.words import UnknownPolicy
from sla.explain import week_in_words

DAY = 86_400


def counted(**changes) -> Counted:
    """A day of which an hour was lost."""
    figures = {
        "seconds": DAY,
        "not_effective": 0,
        "out_of_hours": 0,
        "excluded": 0,
        "unknown": 0,
        "up": DAY - 3600,
        "impaired": 3600,
        "forgiven": 0,
        "lost_milli": 3_600_000,
        "base_seconds": DAY,
        "down_milli": 3_600_000,
        "budget_milli": 86_400,
        "value_percent": Decimal("95.8333"),
    }
    return Counted(**(figures | changes))


def explained(counted: Counted, policy: UnknownPolicy = UnknownPolicy.EXCLUDE):
    steps = steps_of(counted, policy=policy, target_percent=Decimal("99.9"))
    return {step.name: (step.working, step.outcome) for step in steps}


def test_the_calculation_leads_from_the_day_to_the_allowance():
    told = explained(counted())

    assert told["Time that counts"][1] == "86,400 s"
    assert told["Time lost"][1] == "3,600 s"
    assert told["Availability"][0].endswith("÷ 86,400 s")
    assert told["Availability"][1] == "95.8333%"
    assert told["Downtime allowed"][1] == "86.4 s"
    assert told["Allowance left"][1] == "\N{MINUS SIGN}3,513.6 s"


def test_what_was_left_out_is_subtracted_one_by_one():
    told = explained(counted(out_of_hours=43_200, unknown=600, up=39_000, base_seconds=42_600))

    working = told["Time that counts"][0]
    assert "43,200 s outside service hours" in working
    assert "600 s not measured" in working


def test_unmeasured_time_that_counts_as_down_is_added_to_what_was_lost():
    told = explained(
        counted(unknown=600, up=82_200, down_milli=4_200_000), UnknownPolicy.AS_DOWN
    )

    assert "600 s not measured" not in told["Time that counts"][0]
    assert "600 s not measured" in told["Time lost"][0]
    assert told["Time lost"][1] == "4,200 s"


def test_nothing_to_count_is_no_data_and_has_no_fraction():
    told = explained(counted(base_seconds=0, value_percent=None, budget_milli=None))

    assert told["Availability"] == ("There is no time to count.", "No data")
    assert "Downtime allowed" not in told


@pytest.mark.parametrize(
    ("windows", "lines"),
    [
        ([(n, "08:00-18:00") for n in range(1, 6)], ["Mon to Fri 08:00-18:00"]),
        ([(n, "00:00-00:00") for n in range(1, 8)], ["Mon to Sun 00:00-00:00"]),
        ([(1, "08:00-12:00"), (3, "08:00-12:00")], ["Mon 08:00-12:00", "Wed 08:00-12:00"]),
        ([(6, "13:00-17:00"), (6, "08:00-12:00")], ["Sat 08:00-12:00, 13:00-17:00"]),
        ([], []),
    ],
)
def test_a_week_is_told_in_as_few_lines_as_it_takes(windows, lines):
    assert week_in_words(windows) == lines
