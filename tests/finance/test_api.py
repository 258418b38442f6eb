"""Finance for programs."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from finance.commands import price_outages, set_business_value
from finance.models import BusinessValue
from impact.models import Outage
from tests.factories import at, make_service

pytestmark = pytest.mark.django_db
NOON = at("03-10 12:00")
COSTS = "/api/v1/finance/downtime-costs/"
VALUES = "/api/v1/finance/business-values/"


@pytest.fixture
def outage():
    shop = make_service("Shop")
    set_business_value(shop, hourly_loss=Decimal("1200"), now=NOON)
    outage = Outage.objects.create(
        service=shop, started_at=at("03-10 09:00"), ended_at=at("03-10 10:00")
    )
    price_outages({shop.pk: at("01-01 00:00")}, now=NOON)
    return outage


class TestDowntimeCosts:
    def test_it_tells_amounts_as_decimal_text(self, api, outage):
        answer = api.get(COSTS).json()

        assert answer["count"] == 1
        (told,) = answer["results"]
        assert (told["outage"], told["service"]) == (str(outage.pk), str(outage.service_id))
        assert (told["amount"], told["currency"]) == ("1200.00", "EUR")
        assert told["is_provisional"] is False

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("from=2026-03-10T09:30:00Z", 1),
            ("from=2026-03-10T10:00:00Z", 0),
            ("to=2026-03-10T09:00:00Z", 0),
            ("from=2026-03-10&to=2026-03-11T00:00:00", 1),
            (f"service={UUID(int=7, version=4)}", 0),
        ],
    )
    def test_it_is_narrowed_to_what_touches_the_span(self, api, outage, query, count):
        assert api.get(f"{COSTS}?{query}").json()["count"] == count

    @pytest.mark.parametrize("query", ["from=noon", "service=shop", "colour=red"])
    def test_what_is_no_instant_no_id_or_no_parameter_is_refused(self, api, query):
        answer = api.get(f"{COSTS}?{query}")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/" + query.split("=")[0]

    def test_those_who_see_no_money_are_told_so(self, reader_api, outage):
        assert reader_api.get(COSTS).status_code == 403
        assert reader_api.get(VALUES).status_code == 403


class TestBusinessValues:
    def test_a_value_is_put_and_put_again(self, api):
        shop = make_service()

        first = api.put(f"{VALUES}{shop.pk}/", {"hourly_loss": "1000"}, format="json")
        second = api.put(
            f"{VALUES}{shop.pk}/", {"hourly_loss": "900.50", "currency": "CHF"}, format="json"
        )

        assert (first.status_code, second.status_code) == (200, 200)
        value = BusinessValue.objects.get()
        assert (value.hourly_loss, value.currency) == (Decimal("900.50"), "CHF")
        assert api.get(VALUES).json()["count"] == 1

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"hourly_loss": "-1"}, "/hourly_loss"),
            ({"hourly_loss": "1", "currency": "euro"}, "/currency"),
            ({"hourly_loss": "1", "colour": "red"}, "/colour"),
            ({}, "/hourly_loss"),
        ],
    )
    def test_bad_input_is_refused_at_its_field(self, api, body, pointer):
        answer = api.put(f"{VALUES}{make_service().pk}/", body, format="json")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert not BusinessValue.objects.exists()

    @pytest.mark.parametrize("id", [UUID(int=7, version=4), "shop"])
    def test_an_unknown_service_is_not_found(self, api, id):
        answer = api.put(f"{VALUES}{id}/", {"hourly_loss": "1"}, format="json")

        assert answer.status_code == 404
