"""Messages may be doubled, late or lost; the rows come out the same."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from bsm import pipeline, work
from bsm.models import Recomputation
from finance.commands import set_business_value
from finance.models import DowntimeCost
from impact.models import NodeState, Outage
from monitoring.commands import record_results
from monitoring.domain.status import Outcome
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
NOW = at("03-12 00:00")


def story(react) -> None:
    """Three services on two machines, some failures; `react` runs after each result."""
    machines = [make_ci(f"machine {n}") for n in range(2)]
    services = [make_service(f"Service {n}") for n in range(3)]
    monitors = [make_monitor(machine, created_at=at("03-01 00:00")) for machine in machines]
    for service in services:
        make_agreement(service, effective_from=at("03-01 00:00").date())
        set_business_value(service, hourly_loss=Decimal(60), now=at("03-01 00:00"))
    make_dependency(services[0], machines[0])
    make_dependency(services[1], machines[1])
    for machine in machines:
        make_dependency(services[2], machine, group="either", mode="best")
    results = [
        (0, "03-01 00:00", Outcome.OK),
        (1, "03-01 00:00", Outcome.OK),
        (0, "03-10 09:00", Outcome.FAIL),
        (1, "03-10 09:30", Outcome.FAIL),
        (0, "03-10 10:00", Outcome.OK),
        (1, "03-10 11:00", Outcome.OK),
    ]
    for monitor, instant, outcome in results:
        record_results(monitors[monitor], [(at(instant), outcome)], now=at(instant))
        react()


def rows() -> dict[str, list[tuple[object, ...]]]:
    return {
        "outages": sorted(
            Outage.objects.values_list("service__name", "started_at", "ended_at", "weight")
        ),
        "health": sorted(
            (str(service), str(ci), str(valid), actual, label)
            for service, ci, valid, actual, label in NodeState.objects.values_list(
                "service__name", "ci__name", "valid", "actual", "label"
            )
        ),
        "days": sorted(
            DayFact.objects.values_list(
                "commitment__service__name", "on", "up", "impaired", "unknown", "lost_milli"
            )
        ),
        "results": sorted(
            PeriodResult.objects.values_list(
                "commitment__service__name", "first_on", "value_percent", "status", "impaired"
            )
        ),
        "costs": sorted(DowntimeCost.objects.values_list("outage__service__name", "amount")),
    }


def told_in_full() -> dict[str, list[tuple[object, ...]]]:
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        story(pipeline.drain)
        pipeline.sweep(days=30)
        expected = rows()
        transaction.set_rollback(True)
    return expected


def test_the_story_has_something_to_tell():
    told = told_in_full()
    assert [row[0] for row in told["outages"]] == ["Service 0", "Service 1", "Service 2"]
    assert [amount for _, amount in told["costs"]] == [
        Decimal("60.00"),
        Decimal("90.00"),
        Decimal("30.00"),
    ]


def test_lost_and_doubled_messages_end_in_the_same_rows_after_the_sweep():
    expected = told_in_full()
    dice = random.Random(11)

    def careless() -> None:
        fate = dice.choice(["lost", "doubled", "late"])
        if fate == "lost":
            Recomputation.objects.all().delete()
        if fate == "doubled":
            pipeline.drain()
            pipeline.drain()

    with time_machine.travel(NOW, tick=False):
        story(careless)
        for _ in range(2):  # sweeping twice changes nothing
            pipeline.sweep(days=30)
            assert rows() == expected


def test_facts_about_one_subject_are_merged_to_the_earliest_instant():
    work.note("sla.evaluate_services", "service:x", at("03-10 09:00"))
    work.note("sla.evaluate_services", "service:x", at("03-02 09:00"))
    work.note("sla.evaluate_services", "service:x", at("03-12 09:00"))

    waiting = Recomputation.objects.get()
    assert waiting.since == at("03-02 09:00")
    assert waiting.revision == 3


def test_a_fact_that_comes_in_during_the_work_is_not_lost():
    work.note("sla.evaluate_services", "service:x", at("03-10 09:00"))
    claimed = work.claim("sla.evaluate_services", now=NOW)
    work.note("sla.evaluate_services", "service:x", at("03-10 08:00"))

    work.finish(claimed)

    assert Recomputation.objects.get().leased_until is None


def test_two_workers_do_not_get_the_same_work():
    work.note("sla.evaluate_services", "service:x", at("03-10 09:00"))
    assert len(work.claim("sla.evaluate_services", now=NOW)) == 1
    assert work.claim("sla.evaluate_services", now=NOW) == []
    assert len(work.claim("sla.evaluate_services", now=NOW + work.LEASE * 2)) == 1


def test_work_that_keeps_failing_is_set_aside_and_the_rest_goes_on(monkeypatch):
    seen = []

    def fragile(since_by_subject):
        if "service:poison" in since_by_subject:
            raise RuntimeError("no")
        seen.extend(since_by_subject)

    monkeypatch.setitem(pipeline.STEPS, "sla.evaluate_services", fragile)
    for subject in ["service:poison", "service:good"]:
        work.note("sla.evaluate_services", subject, at("03-10 09:00"))

    for n in range(work.MAX_ATTEMPTS):
        with time_machine.travel(NOW + timedelta(minutes=n), tick=False):
            pipeline.drain()

    assert seen == ["service:good"]
    left = Recomputation.objects.get()
    assert (left.subject, left.is_dead) == ("service:poison", True)
    assert "RuntimeError" in left.error
    assert work.revive() == 1


def test_a_fact_is_noted_in_the_transaction_that_wrote_it():
    machine = make_ci("machine")
    Recomputation.objects.all().delete()
    with transaction.atomic():
        monitor = make_monitor(machine, created_at=at("03-01 00:00"))
        record_results(monitor, [(at("03-01 00:00"), Outcome.OK)], now=at("03-01 00:00"))
        assert Recomputation.objects.exists()
        transaction.set_rollback(True)

    assert not Recomputation.objects.exists()
