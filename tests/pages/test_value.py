"""Saying what an hour of a service is worth, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

from catalog.models import LifecycleState
from finance.models import BusinessValue
from tests.factories import at, make_service
from tests.pages.story import a_shop, an_hour_without

URL = reverse("service-value", args=["web-shop"])


@pytest.fixture(autouse=True)
def half_past_ten() -> Iterator[None]:
    with time_machine.travel(at("03-10 10:30"), tick=False):
        yield


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
class TestServiceValue:
    def test_a_new_value_prices_what_happened_before(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        assert 'value="1200.00"' in text(admin_client.get(URL))

        with run_follow_ups():
            response = admin_client.post(URL, {"hourly_loss": "300", "currency": "EUR"})

        assert response.url == story.shop.get_absolute_url()
        assert "€300.00" in text(admin_client.get(story.outage.get_absolute_url()))

    @pytest.mark.parametrize(
        ("field", "typed"),
        [("hourly_loss", "-1"), ("hourly_loss", "much"), ("currency", "euro")],
    )
    def test_an_error_stands_at_its_field(self, admin_client, field, typed):
        make_service("Web shop")

        filled = {"hourly_loss": "300", "currency": "EUR", field: typed}
        response = admin_client.post(URL, filled)

        assert response.status_code == 422
        assert f'id="id_{field}_error"' in text(response)
        assert not BusinessValue.objects.exists()

    def test_it_is_for_editors_who_may_see_money(self, reader_client):
        make_service("Web shop")
        assert reader_client.get(URL).status_code == 403
        assert reader_client.post(URL, {"hourly_loss": "1"}).status_code == 403

    def test_what_one_may_not_see_is_not_there(self, reader_client):
        make_service("Web shop", state=LifecycleState.PROPOSED)
        assert reader_client.get(URL).status_code == 404

    def test_an_unpriced_outage_asks_editors_for_it(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        BusinessValue.objects.all().delete()
        story.outage.cost.delete()
        assert URL in text(admin_client.get(story.outage.get_absolute_url()))

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(URL).status_code == 302
