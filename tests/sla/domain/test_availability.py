"""The worked cases of spec slm 3.12, one row each: base, downtime, value, verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sla.domain.service_hours import ServiceHours
from sla.domain.situation import Down, Rules
from sla.domain.verdict import cut_percent
from sla.domain.words import Overlap, Reason, Status, UnknownPolicy
from tests.sla.domain.cases import OFFICE, Case, approved, instant, out, seconds, span, weekly

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"

APRIL = Case("month", "2025-04-01")
BUDGET = out("2025-04-10 00:00:00", "2025-04-10 00:43:12")
OVER_BUDGET = out("2025-04-10 00:00:00", "2025-04-10 00:43:13")
A15 = Case(
    "day",
    "2025-06-10",
    down=[out("2025-06-10 01:00", "2025-06-10 03:00")],
    excuses=[approved("2025-06-10 02:00", "2025-06-10 04:00")],
)
LATE = approved(
    "2025-06-10 02:00", "2025-06-10 04:00", announced_at=instant("2025-06-09 02:00", "UTC")
)
A24 = Case(
    "day",
    "2025-06-10",
    down=[out("2025-06-10 01:00", "2025-06-10 02:00")],
    unknown=[span("2025-06-10 05:00", "2025-06-10 07:00")],
)
A12 = Case(
    "month", "2025-06-01", BERLIN, OFFICE, [out("2025-06-13 16:00", "2025-06-16 10:00", BERLIN)]
)
A22 = Case("month", "2025-01-01", down=[out("2025-01-31 23:00", "2025-02-01 02:00")])
A23 = Case("quarter", "2025-01-01", down=[out("2025-02-10 00:00", "2025-02-11 04:00")])
A34 = Case(
    "day",
    "2025-06-10",
    down=[
        out("2025-06-10 01:00:00", "2025-06-10 01:04:59"),
        out("2025-06-10 02:00:00", "2025-06-10 02:05:00"),
        out("2025-06-10 03:00:00", "2025-06-10 03:03:00"),
        out("2025-06-10 03:03:00", "2025-06-10 03:06:00"),
    ],
    rules=Rules(min_outage_seconds=300),
)
A41_OUTAGE = out("2025-06-12 13:00", "2025-06-12 16:00")
WHIT_MONDAY = date(2025, 6, 9)
A44 = Case(
    "month",
    "2025-06-01",
    BERLIN,
    replace(OFFICE, holidays=frozenset({WHIT_MONDAY})),
    [
        out("2025-06-13 14:00", "2025-06-13 15:30", BERLIN),
        out("2025-06-17 09:00", "2025-06-17 10:00", BERLIN),
    ],
    [approved("2025-06-03 09:00", "2025-06-03 10:00", zone=BERLIN)],
    [span("2025-06-04 09:00", "2025-06-04 10:00", BERLIN)],
)

# id: (case, base, downtime, value, status)
WORKED = {
    "A01": (APRIL, "720:00:00", "0:00:00", "100.0000", "MET"),
    "A02": (replace(APRIL, down=[BUDGET]), "720:00:00", "0:43:12", "99.9000", "MET"),
    "A02 >": (
        replace(APRIL, down=[BUDGET], operator=">"),
        "720:00:00", "0:43:12", "99.9000", "BREACHED",
    ),
    "A03": (replace(APRIL, down=[OVER_BUDGET]), "720:00:00", "0:43:13", "99.8999", "BREACHED"),
    "A04": (
        Case("month", "2025-03-01", BERLIN, down=[out("2025-03-10 09:00", "2025-03-10 10:00")]),
        "743:00:00", "1:00:00", "99.8654", "BREACHED",
    ),
    "A05": (
        Case("month", "2025-10-01", BERLIN, down=[out("2025-10-10 09:00", "2025-10-10 10:00")]),
        "745:00:00", "1:00:00", "99.8657", "BREACHED",
    ),
    "A06": (
        Case(
            "day", "2025-03-30", BERLIN,
            down=[out("2025-03-30 00:00", "2025-03-30 06:00", BERLIN)],
        ),
        "23:00:00", "5:00:00", "78.2608", "BREACHED",
    ),
    "A08": (
        Case("day", "2025-03-30", BERLIN, weekly(range(1, 8), "02:00", "03:00")),
        "0:00:00", "0:00:00", None, None,
    ),
    "A09": (
        Case("day", "2025-10-26", BERLIN, weekly(range(1, 8), "02:00", "03:00")),
        "2:00:00", "0:00:00", "100.0000", "MET",
    ),
    "A10": (
        Case(
            "month", "2025-03-01", BERLIN, OFFICE,
            [out("2025-03-31 09:00", "2025-03-31 10:00", BERLIN)],
        ),
        "168:00:00", "1:00:00", "99.4047", "BREACHED",
    ),
    "A11": (
        Case(
            "month", "2025-03-01", BERLIN, OFFICE,
            [out("2025-03-31 17:00", "2025-03-31 18:00", BERLIN)],
        ),
        "168:00:00", "0:00:00", "100.0000", "MET",
    ),
    "A12 8x5": (A12, "168:00:00", "2:00:00", "98.8095", "BREACHED"),
    "A12 24x7": (replace(A12, hours=None), "720:00:00", "66:00:00", "90.8333", "BREACHED"),
    "A14": (
        Case(
            "day", "2025-06-10",
            down=[
                out("2025-06-10 10:00", "2025-06-10 11:00"),
                out("2025-06-10 10:30", "2025-06-10 11:30"),
                out("2025-06-10 11:30", "2025-06-10 12:00"),
            ],
        ),
        "24:00:00", "2:00:00", "91.6666", "BREACHED",
    ),
    "A15": (A15, "22:00:00", "1:00:00", "95.4545", "BREACHED"),
    "A16": (
        replace(A15, excuses=[approved("2025-06-10 02:00", "2025-06-10 04:00", "forgive")]),
        "24:00:00", "1:00:00", "95.8333", "BREACHED",
    ),
    "A17 pending": (
        replace(A15, excuses=[replace(A15.excuses[0], is_approved=False)]),
        "24:00:00", "2:00:00", "91.6666", "BREACHED",
    ),
    "A17 late": (
        replace(A15, excuses=[LATE], rules=Rules(notice_hours=48)),
        "24:00:00", "2:00:00", "91.6666", "BREACHED",
    ),
    "A17 in time": (
        replace(A15, excuses=[LATE], rules=Rules(notice_hours=24)),
        "22:00:00", "1:00:00", "95.4545", "BREACHED",
    ),
    "A18": (
        Case(
            "day", "2025-06-10", BERLIN, OFFICE,
            [out("2025-06-10 16:00", "2025-06-10 21:00", BERLIN)],
            [approved("2025-06-10 20:00", "2025-06-10 22:00", zone=BERLIN)],
        ),
        "8:00:00", "1:00:00", "87.5000", "BREACHED",
    ),
    "A20": (
        Case(
            "day", "2025-06-10",
            down=[out("2025-06-10 02:00", "2025-06-10 05:00")],
            excuses=[approved("2025-06-10 02:00", "2025-06-10 04:00")],
        ),
        "22:00:00", "1:00:00", "95.4545", "BREACHED",
    ),
    "A21": (
        Case(
            "day", "2025-06-10",
            down=[out("2025-06-10 01:00", "2025-06-10 05:00")],
            excuses=[approved("2025-06-10 01:00", "2025-06-10 05:00")],
            rules=Rules(exclusion_cap_seconds=3 * 3600),
        ),
        "21:00:00", "1:00:00", "95.2380", "BREACHED",
    ),
    "A22 January": (A22, "744:00:00", "1:00:00", "99.8655", "BREACHED"),
    "A22 February": (
        replace(A22, first="2025-02-01"), "672:00:00", "2:00:00", "99.7023", "BREACHED",
    ),
    "A23": (A23, "2160:00:00", "28:00:00", "98.7037", "BREACHED"),
    "A24 exclude": (A24, "22:00:00", "1:00:00", "95.4545", "BREACHED"),
    "A24 as_down": (
        replace(A24, rules=Rules(UnknownPolicy.AS_DOWN)),
        "24:00:00", "3:00:00", "87.5000", "BREACHED",
    ),
    "A24 as_up": (
        replace(A24, rules=Rules(UnknownPolicy.AS_UP)),
        "24:00:00", "1:00:00", "95.8333", "BREACHED",
    ),
    "A25": (
        replace(A24, unknown=[span("2025-06-10 01:00", "2025-06-10 03:00")]),
        "23:00:00", "1:00:00", "95.6521", "BREACHED",
    ),
    "A26": (
        replace(APRIL, unknown=[span("2025-04-10 00:00", "2025-04-11 06:00")], coverage="97"),
        "690:00:00", "0:00:00", "100.0000", "INSUFFICIENT_DATA",
    ),
    "A27 no window": (
        replace(APRIL, hours=ServiceHours()), "0:00:00", "0:00:00", None, None,
    ),
    "A27 all excluded": (
        Case(
            "day", "2025-06-10", excuses=[approved("2025-06-10 00:00", "2025-06-11 00:00")]
        ),
        "0:00:00", "0:00:00", None, None,
    ),
    "A28": (
        Case(
            "month", "2025-06-01", BERLIN,
            down=[out("2025-06-15 23:00", "2025-06-16 01:00", BERLIN)],
            effective_from=instant("2025-06-16 00:00", BERLIN),
        ),
        "360:00:00", "1:00:00", "99.7222", "BREACHED",
    ),
    "A30": (
        Case(
            "day", "2025-06-10",
            down=[
                out("2025-06-10 01:00", "2025-06-10 02:00"),
                out("2025-06-10 04:00", "2025-06-10 06:00", weight=300),
                out("2025-06-10 08:00", "2025-06-10 12:00", weight=0),
            ],
        ),
        "24:00:00", "1:36:00", "93.3333", "BREACHED",
    ),
    "A34": (A34, "24:00:00", "0:11:00", "99.2361", "BREACHED"),
    "A39": (Case("day", "2011-12-30", "Pacific/Apia"), "0:00:00", "0:00:00", None, None),
    "A41 Berlin": (
        Case("day", "2025-06-12", BERLIN, OFFICE, [A41_OUTAGE]),
        "8:00:00", "2:00:00", "75.0000", "BREACHED",
    ),
    "A41 New York": (
        Case("day", "2025-06-12", NEW_YORK, OFFICE, [A41_OUTAGE]),
        "8:00:00", "3:00:00", "62.5000", "BREACHED",
    ),
    "A42": (
        Case(
            "day", "2025-06-10",
            down=[out("2025-06-10 11:30", "9999-12-01 00:00")],
            as_of=instant("2025-06-10 12:00", "UTC"),
        ),
        "12:00:00", "0:30:00", "95.8333", "BREACHED",
    ),
    "A43": (
        Case(
            "day", "2025-06-10",
            down=[
                out("2025-06-09 10:00", "2025-06-10 00:00"),
                out("2025-06-11 00:00", "2025-06-11 10:00"),
            ],
        ),
        "24:00:00", "0:00:00", "100.0000", "MET",
    ),
    "A44": (A44, "158:00:00", "2:30:00", "98.4177", "BREACHED"),
    "A45 short": (
        replace(A24, rules=Rules(UnknownPolicy.HOLD_LAST, hold_last_seconds=7200)),
        "24:00:00", "1:00:00", "95.8333", "BREACHED",
    ),
    "A45 long": (
        replace(A24, rules=Rules(UnknownPolicy.HOLD_LAST, hold_last_seconds=7199)),
        "22:00:00", "1:00:00", "95.4545", "BREACHED",
    ),
    "A45 down": (
        replace(
            A24,
            unknown=[span("2025-06-10 02:00", "2025-06-10 03:00")],
            rules=Rules(UnknownPolicy.HOLD_LAST, hold_last_seconds=7200),
        ),
        "24:00:00", "2:00:00", "91.6666", "BREACHED",
    ),
    "A46 97": (replace(A24, target="97"), "22:00:00", "1:00:00", "95.4545", "BREACHED"),
    "A46 95": (replace(A24, target="95"), "22:00:00", "1:00:00", "95.4545", "UNDECIDED"),
    "A46 85": (replace(A24, target="85"), "22:00:00", "1:00:00", "95.4545", "MET"),
    "A48": (
        Case(
            "day", "2025-06-10",
            down=[
                out("2025-06-10 10:00", "2025-06-10 12:00", weight=200),
                out("2025-06-10 11:00", "2025-06-10 11:30"),
            ],
        ),
        "24:00:00", "0:48:00", "96.6666", "BREACHED",
    ),
}  # fmt: skip
OTHER_METRICS = {
    "A07": "rejecting wall-clock input is a matter of forms",
    "A29": "one result per version is a matter of the commands",
    "A32": "service trees are a matter of impact",
    "A33": "restating a closed month is a matter of the commands",
    "A38": "missing midnights are held by tests/kernel/test_periods.py",
}


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_case_comes_out_to_the_second(name):
    case, base, down, value, status = WORKED[name]

    verdict = case.judged()

    assert verdict.base_seconds == seconds(base)
    assert verdict.down_milli == seconds(down) * 1000
    assert (None if verdict.value is None else cut_percent(verdict.value)) == (
        None if value is None else Decimal(value)
    )
    assert verdict.status == (None if status is None else Status(status))


@pytest.mark.parametrize("name", OTHER_METRICS)
def test_a_worked_case_of_another_room(name):
    pytest.skip(f"{name}: {OTHER_METRICS[name]}")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("A08", Reason.NO_SERVICE_TIME),
        ("A27 no window", Reason.NO_SERVICE_TIME),
        ("A27 all excluded", Reason.ALL_EXCLUDED),
    ],
)
def test_no_value_has_a_reason(name, reason):
    verdict = WORKED[name][0].judged()

    assert (verdict.value, verdict.status, verdict.band) == (None, None, None)
    assert verdict.reason is reason


def test_a_period_before_the_promise_is_not_effective():
    case = replace(APRIL, effective_from=instant("2025-05-01 00:00", "UTC"))

    assert case.judged().reason is Reason.NOT_EFFECTIVE


def test_a_period_nobody_looked_at_has_no_data():
    case = replace(APRIL, unknown=[span("2025-04-01 00:00", "2025-05-01 00:00")])

    assert case.judged().reason is Reason.NO_DATA


def test_everything_at_once_adds_up_to_the_month():
    facts = A44.measured().facts

    assert facts.out_of_hours == seconds("560:00:00")
    assert (facts.excluded, facts.unknown) == (3600, 3600)
    assert facts.up == seconds("155:30:00")
    assert facts.impaired == seconds("2:30:00")
    assert facts.seconds == seconds("720:00:00")


def test_the_band_runs_from_all_unknown_down_to_all_unknown_up():
    low, high = A24.judged().band

    assert (cut_percent(low), cut_percent(high)) == (Decimal("87.5"), Decimal("95.8333"))


def test_coverage_below_the_floor_is_shown_with_the_value():
    verdict = WORKED["A26"][0].judged()

    assert cut_percent(verdict.coverage) == Decimal("95.8333")


def test_forgiven_seconds_are_up_and_reported():
    facts = WORKED["A16"][0].measured().facts

    assert (facts.up, facts.impaired, facts.forgiven) == (23 * 3600, 3600, 3600)


def test_exclude_wins_over_forgive():
    both = [*A15.excuses, approved("2025-06-10 02:00", "2025-06-10 04:00", "forgive")]

    assert replace(A15, excuses=both).measured().facts == A15.measured().facts


def test_outages_that_run_together_weigh_as_the_agreement_says():
    down = [
        out("2025-06-10 10:00", "2025-06-10 12:00", weight=700),
        out("2025-06-10 11:00", "2025-06-10 12:00", weight=600),
    ]
    case = Case("day", "2025-06-10", down=down)

    assert case.measured().facts.lost_milli == 7200 * 700
    added = replace(case, rules=Rules(overlap=Overlap.SUM))
    assert added.measured().facts.lost_milli == 3600 * 700 + 3600 * 1000


def test_the_cap_is_used_up_in_service_hours_only():
    case = Case(
        "day", "2025-06-10", BERLIN, OFFICE,
        [out("2025-06-10 00:00", "2025-06-11 00:00", BERLIN)],
        [approved("2025-06-10 00:00", "2025-06-10 12:00", zone=BERLIN)],
        rules=Rules(exclusion_cap_seconds=2 * 3600),
    )  # fmt: skip

    facts = case.measured().facts

    assert (facts.excluded, facts.impaired) == (2 * 3600, 6 * 3600)


def test_edges_are_cut_down_to_the_second():
    moment = timedelta(microseconds=999_999)
    outage = out("2025-06-10 01:00:00", "2025-06-10 01:00:10").interval
    late = type(outage)(outage.start + moment, outage.end + moment)
    case = Case("day", "2025-06-10", down=[Down(late)])

    facts = case.measured().facts

    assert (facts.impaired, facts.seconds) == (10, 86400)


def test_a_segment_names_the_outage_that_made_it():
    down = [replace(out("2025-06-10 01:00", "2025-06-10 02:00"), id="the outage")]

    segments = Case("day", "2025-06-10", down=down).measured().segments

    assert [(s.of, s.seconds, s.cause) for s in segments] == [
        ("up", 3600, ""),
        ("impaired", 3600, "the outage"),
        ("up", 22 * 3600, ""),
    ]


BUDGETS = {
    "February 2024": (Case("month", "2024-02-01"), "2505.6"),
    "February 2025": (Case("month", "2025-02-01"), "2419.2"),
    "year 2024": (Case("year", "2024-01-01"), "31622.4"),
    "March 2025 Berlin": (Case("month", "2025-03-01", BERLIN), "2674.8"),
    "March 2025 Berlin 8x5": (Case("month", "2025-03-01", BERLIN, OFFICE), "604.8"),
}


@pytest.mark.parametrize("name", BUDGETS)
def test_the_budget_follows_the_measurable_time(name):
    case, budget = BUDGETS[name]

    assert case.judged().budget_milli == Decimal(budget) * 1000


def test_the_budget_of_a_running_month_counts_what_is_to_come():
    running = replace(APRIL, down=[BUDGET], as_of=instant("2025-04-20 00:00", "UTC"))

    verdict = running.judged()

    assert (verdict.budget_milli, verdict.budget_left_milli) == (2592 * 1000, 0)


def test_nothing_may_be_lost_of_a_target_of_100_percent():
    case = replace(
        APRIL, target="100", down=[out("2025-04-10 00:00:00", "2025-04-10 00:00:01")]
    )

    verdict = case.judged()

    assert (verdict.budget_milli, verdict.status) == (0, Status.BREACHED)
