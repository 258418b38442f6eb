"""The background doors of impact and finance."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

import finance.tasks
import impact.tasks
from finance.commands import set_business_value
from finance.models import DowntimeCost
from impact import checks, queries
from impact.domain.labels import Label
from impact.models import Outage
from monitoring.models import MaintenanceWindow
from tests.factories import at, make_ci, make_dependency, make_monitor, make_service
from tests.impact.test_commands import START, tell, watch

pytestmark = pytest.mark.django_db


def test_facts_by_name_become_outages_and_costs():
    shop, database = make_service(), make_ci()
    make_dependency(shop, database)
    set_business_value(shop, hourly_loss=Decimal("1200"), now=at(START))
    watch(database, (START, "up"), ("03-10 09:00", "down"))

    with time_machine.travel(at("03-10 10:00"), tick=False):
        impact.tasks.rebuild_health({f"ci:{database.pk}": at("03-10 09:00")})
        finance.tasks.price_outages({f"service:{shop.pk}": at("03-10 09:00")})

    assert Outage.objects.get().started_at == at("03-10 09:00")
    assert DowntimeCost.objects.get().amount == Decimal("1200.00")
    with time_machine.travel(at("03-10 11:00"), tick=False):
        finance.tasks.price_open_outages()
    assert DowntimeCost.objects.get().amount == Decimal("2400.00")


def test_planned_work_that_only_the_clock_began_and_ended_is_noticed():
    shop = make_service()
    watch(shop, (START, "up"), ("03-10 08:00", "down"))
    MaintenanceWindow.objects.create(
        service=shop,
        title="Patch day",
        valid=DateTimeTZRange(at("03-10 09:00"), at("03-10 10:00")),
        announced_at=at(START),
    )
    seen = []

    for clock in ("03-10 08:30", "03-10 09:01", "03-10 10:01"):
        with time_machine.travel(at(clock), tick=False):
            if not seen:
                impact.tasks.rebuild_health({f"service:{shop.pk}": at(START)})
            impact.tasks.notice_planned_work()
        seen.append(queries.state_now([shop.pk])[shop.pk].label)

    assert seen == [Label.DOWN, Label.MAINTENANCE, Label.DOWN]


def test_the_nightly_sweep_looks_at_all_that_is_watched_mapped_or_on_record():
    watched, parent, recorded = make_ci(), make_service(), make_service()
    make_monitor(watched)
    make_dependency(parent, make_ci())
    monitor = watch(recorded)
    with time_machine.travel(at("03-10 09:00"), tick=False):
        impact.tasks.rebuild_health({f"service:{recorded.pk}": at(START)})
    tell(monitor, (START, "up"))
    monitor.delete()

    assert set(impact.tasks.subjects()) == {
        f"ci:{watched.pk}",
        f"service:{parent.pk}",
        f"service:{recorded.pk}",
    }


def test_a_service_is_on_the_map_with_a_dependency_or_a_monitor_of_its_own():
    bare, mapped, watched = make_service(), make_service(), make_service()
    make_dependency(mapped, make_ci())
    make_monitor(watched)

    answers = [checks.service_is_on_the_map(s) for s in (bare, mapped, watched)]

    assert [answer.passed for answer in answers] == [False, True, True]
    assert answers[0].remedy
