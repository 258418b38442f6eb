"""Outages priced, and priced again when they or the value of an hour change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Service
from finance import queries
from finance.commands import price_open_outages, price_outages, set_business_value
from finance.models import BusinessValue, DowntimeCost
from finance.signals import business_value_changed
from impact.models import Outage
from tests.factories import at, make_service, make_user, span

pytestmark = pytest.mark.django_db
NOON = at("03-10 12:00")


def out(service: Service, start: str, end: str | None, **fields: Any) -> Outage:
    return Outage.objects.create(
        service=service, started_at=at(start), ended_at=at(end) if end else None, **fields
    )


def worth(service: Service, hourly_loss: str, currency: str = "EUR") -> BusinessValue:
    return set_business_value(
        service, hourly_loss=Decimal(hourly_loss), currency=currency, now=NOON
    )


def price(*services: Service, since: str = "01-01 00:00", now: datetime = NOON) -> None:
    price_outages({service.pk: at(since) for service in services}, now=now)


@pytest.fixture
def announced() -> Iterator[list[tuple[str, datetime]]]:
    heard: list[tuple[str, datetime]] = []

    def hear(subject: str, since: datetime, **_: object) -> None:
        heard.append((subject, since))

    business_value_changed.connect(hear)
    yield heard
    business_value_changed.disconnect(hear)


class TestPricing:
    def test_an_hour_out_costs_the_value_of_an_hour(self):
        shop = make_service()
        worth(shop, "1200")
        outage = out(shop, "03-10 09:00", "03-10 10:00")

        price(shop)

        told = queries.cost_of([outage.pk], user=make_user(is_superuser=True))[outage.pk]
        assert (told.amount, told.currency) == (Decimal("1200.00"), "EUR")
        assert (told.is_provisional, told.priced_until) == (False, at("03-10 10:00"))

    def test_an_outage_that_lasts_is_priced_until_now_and_again_later(self):
        shop = make_service()
        worth(shop, "1200")
        out(shop, "03-10 11:00", None)

        price(shop)
        first = DowntimeCost.objects.get()
        price_open_outages(now=at("03-10 13:00"))
        second = DowntimeCost.objects.get()

        assert (first.amount, first.is_provisional) == (Decimal("1200.00"), True)
        assert (second.amount, second.priced_until) == (Decimal("2400.00"), at("03-10 13:00"))

    def test_pricing_twice_replaces_and_never_adds(self):
        shop = make_service()
        worth(shop, "1200")
        out(shop, "03-10 09:00", "03-10 10:00")

        price(shop)
        before = list(DowntimeCost.objects.values())
        price(shop)

        assert list(DowntimeCost.objects.values()) == before

    def test_a_new_value_of_the_hour_prices_all_outages_again(self, announced):
        shop = make_service()
        worth(shop, "1200")
        out(shop, "03-01 09:00", "03-01 10:00")
        price(shop)
        announced.clear()

        worth(shop, "600", "CHF")

        assert announced == [(f"service:{shop.pk}", at("03-01 09:00"))]
        price(shop, since="03-01 09:00")
        told = DowntimeCost.objects.get()
        assert (told.amount, told.currency) == (Decimal("600.00"), "CHF")

    def test_saying_the_same_value_again_announces_nothing(self, announced):
        shop = make_service()
        worth(shop, "1200")
        announced.clear()

        worth(shop, "1200.00")

        assert announced == []

    def test_a_value_below_zero_is_refused_at_its_field(self):
        shop = make_service()

        with pytest.raises(ValidationError) as refused:
            worth(shop, "-1")

        assert "hourly_loss" in refused.value.message_dict
        assert not BusinessValue.objects.exists()

    def test_an_outage_of_a_service_without_a_value_costs_nothing_known(self):
        outage = out(make_service(), "03-10 09:00", "03-10 10:00")

        price(outage.service)

        assert queries.cost_of([outage.pk], user=make_user(is_superuser=True)) == {}

    def test_only_what_changed_is_priced(self):
        shop = make_service()
        worth(shop, "1200")
        out(shop, "03-01 09:00", "03-01 10:00")
        late = out(shop, "03-10 09:00", "03-10 10:00")

        price(shop, since="03-10 10:00")

        assert list(DowntimeCost.objects.values_list("outage", flat=True)) == [late.pk]

    def test_fifty_outages_take_as_many_queries_as_one(self):
        one, many = make_service(), [make_service() for _ in range(50)]
        for service in (one, *many):
            worth(service, "100")
            out(service, "03-10 09:00", "03-10 10:00")

        with CaptureQueriesContext(connection) as single:
            price(one)
        with CaptureQueriesContext(connection) as fifty:
            price(*many)

        assert len(fifty) == len(single)


class TestReading:
    def test_an_outage_over_the_end_of_a_month_costs_each_month_its_part(self):
        shop = make_service()
        worth(shop, "1200")
        out(shop, "03-31 23:00", "04-01 02:00")
        price(shop, now=at("04-02 00:00"))

        march = queries.cost_by_service([shop.pk], span("03-01 00:00", "04-01 00:00"))
        april = queries.cost_of_services([shop.pk], span("04-01 00:00", "05-01 00:00"))

        assert march[shop.pk].amount == Decimal("1200.00")
        assert [(sum.amount, sum.currency) for sum in april] == [(Decimal("2400.00"), "EUR")]

    def test_the_value_at_risk_is_what_each_further_hour_costs(self):
        shop, bank, well = make_service(), make_service(), make_service()
        for service in (shop, bank, well):
            worth(service, "1000")
        out(shop, "03-10 11:00", None)
        out(bank, "03-10 11:00", None, weight=250)
        out(well, "03-10 09:00", "03-10 10:00")

        (risk,) = queries.value_at_risk_now([shop.pk, bank.pk, well.pk])

        assert (risk.amount, risk.currency) == (Decimal("1250.00"), "EUR")

    def test_an_outage_without_its_final_price_is_found(self):
        shop = make_service()
        worth(shop, "1000")
        outage = out(shop, "03-10 09:00", "03-10 10:00")

        assert list(queries.unpriced_outages()) == [outage]
        price(shop)
        assert not queries.unpriced_outages().exists()
