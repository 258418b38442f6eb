"""The whole product as a story: a check becomes a state, an outage, a verdict and a cost.

Start reading here.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine

from bsm import pipeline
from finance.commands import set_business_value
from finance.models import DowntimeCost
from impact.models import Outage
from monitoring.commands import record_results
from monitoring.domain.status import Outcome
from monitoring.models import StatusInterval
from sla.models import DayFact, PeriodResult
from tests.factories import (
    at,
    make_agreement,
    make_ci,
    make_dependency,
    make_monitor,
    make_service,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(run_follow_ups):
    """A web shop that needs a database, watched since the year began and up since."""
    service, database = make_service("Web shop"), make_ci("Database")
    with time_machine.travel(at("01-01 00:01"), tick=False), run_follow_ups():
        monitor = make_monitor(database, created_at=at("01-01 00:00"), confirm_down=1)
        make_dependency(service, database)
        make_agreement(service, target="99.9")
        set_business_value(service, hourly_loss=Decimal(1200), now=at("01-01 00:00"))
        record(monitor, Outcome.OK, "01-01 00:00")
    return service, monitor


def record(monitor, outcome, instant):
    record_results(monitor, [(at(instant), outcome)], now=at(instant))


def test_an_hour_of_a_dead_database_is_an_outage_a_breach_and_a_cost(shop, run_follow_ups):
    service, monitor = shop

    with time_machine.travel(at("03-10 09:01"), tick=False), run_follow_ups():
        record(monitor, Outcome.FAIL, "03-10 09:00")
    with time_machine.travel(at("03-10 10:01"), tick=False), run_follow_ups():
        record(monitor, Outcome.OK, "03-10 10:00")

    outage = Outage.objects.get()
    assert (outage.service, outage.started_at, outage.ended_at) == (
        service,
        at("03-10 09:00"),
        at("03-10 10:00"),
    )
    # 1 March to 10 March 10:01 is 13,561 minutes, of which 60 were lost: 99.5575…
    result = PeriodResult.objects.get(first_on="2026-03-01")
    assert result.status == "BREACHED"
    assert result.value_percent == Decimal("99.5575")
    assert (result.seconds, result.impaired) == (13_561 * 60, 3600)
    assert result.budget_milli == 2_678_400  # 0.1 % of 31 days
    assert result.is_provisional
    assert DowntimeCost.objects.get().amount == Decimal("1200.00")


def test_an_outage_that_lasts_is_provisional(shop, run_follow_ups):
    _, monitor = shop

    with time_machine.travel(at("03-10 09:31"), tick=False), run_follow_ups():
        record(monitor, Outcome.FAIL, "03-10 09:00")

    cost = DowntimeCost.objects.get()
    assert cost.is_provisional
    assert cost.amount == Decimal("620.00")  # 31 minutes so far


def test_a_late_result_changes_what_it_touches_and_only_that(shop, run_follow_ups):
    _, monitor = shop
    with time_machine.travel(at("03-20 00:01"), tick=False), run_follow_ups():
        record(monitor, Outcome.OK, "03-20 00:00")
        pipeline.reconcile()
    before = {day.on: day.pk for day in DayFact.objects.all()}

    with time_machine.travel(at("03-20 00:11"), tick=False), run_follow_ups():
        record_results(
            monitor,
            [(at("03-19 23:55"), Outcome.FAIL), (at("03-19 23:57"), Outcome.OK)],
            now=at("03-20 00:10"),
        )

    outage = Outage.objects.get()
    assert (outage.started_at, outage.ended_at) == (at("03-19 23:55"), at("03-19 23:57"))
    untouched = DayFact.objects.filter(on__lt="2026-03-19")
    assert untouched.exists()
    assert all(before[day.on] == day.pk for day in untouched)
    assert not untouched.filter(impaired__gt=0).exists()
    superseded = StatusInterval.objects.filter(recorded__upper_inf=False)
    ends = [row.valid.upper for row in superseded]
    assert all(end is None or end > at("03-19 23:55") for end in ends)


def test_correcting_the_value_of_an_hour_prices_its_outages_again(shop, run_follow_ups):
    service, monitor = shop
    with time_machine.travel(at("03-10 10:01"), tick=False), run_follow_ups():
        record(monitor, Outcome.FAIL, "03-10 09:00")
        record(monitor, Outcome.OK, "03-10 10:00")

    with time_machine.travel(at("03-11 00:00"), tick=False), run_follow_ups():
        set_business_value(service, hourly_loss=Decimal("99.99"), now=at("03-11 00:00"))

    assert DowntimeCost.objects.get().amount == Decimal("99.99")
