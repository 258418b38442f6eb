"""The catalogue as its readers and editors meet it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.commands import create_business_unit, update_service
from catalog.models import Criticality, LifecycleState, Service
from tests.factories import make_service, make_user

LIST = reverse("catalog:services")
NEW = reverse("catalog:service-new")
FILLED = {
    "name": "Web shop",
    "value": "Lets customers buy around the clock",
    "criticality": "3",
    "state": "live",
    "version": "1",
}


def text(response) -> str:
    return response.content.decode()


@pytest.mark.django_db
class TestServices:
    def test_it_lists_what_is_on_offer_with_its_exact_count(self, reader_client):
        make_service("Web shop", value="Lets customers buy around the clock")
        make_service("Wholesale", state=LifecycleState.PROPOSED)

        page = text(reader_client.get(LIST))

        assert "Web shop" in page
        assert "Lets customers buy around the clock" in page
        assert "1–1 of 1 services" in page  # noqa: RUF001
        assert "Wholesale" not in page

    def test_a_search_finds_words_of_the_value_sentence(self, reader_client):
        make_service("Web shop", value="Lets customers buy around the clock")
        make_service("Payroll", value="Pays everybody on time")

        page = text(reader_client.get(LIST, {"q": "customers"}))

        assert "Web shop" in page
        assert "Payroll" not in page

    def test_a_business_unit_includes_the_units_below_it(self, reader_client):
        group = create_business_unit(name="Group")
        retail = create_business_unit(name="Retail", parent=group)
        make_service("Web shop", business_unit=retail)
        make_service("Payroll")

        page = text(reader_client.get(LIST, {"unit": str(group.pk)}))

        assert "Web shop" in page
        assert "Payroll" not in page

    def test_state_and_criticality_narrow_together(self, reader_client):
        make_service("Web shop", criticality=Criticality.VITAL)
        make_service("Payroll", criticality=Criticality.LOW)
        make_service("Till", criticality=Criticality.VITAL, state=LifecycleState.PILOT)

        page = text(reader_client.get(LIST, {"state": "live", "criticality": "4"}))

        assert "Web shop" in page
        assert "Payroll" not in page
        assert "Till" not in page

    @pytest.mark.parametrize("asked", [{"unit": "nonsense"}, {"state": "flying"}])
    def test_a_filter_that_makes_no_sense_fits_nothing_and_says_so(self, reader_client, asked):
        make_service("Web shop")

        response = reader_client.get(LIST, asked)

        assert response.status_code == 200
        assert "No service fits" in text(response)
        assert 'class="error"' in text(response)

    def test_filters_that_hide_everything_can_be_reset(self, reader_client):
        make_service("Web shop")

        page = text(reader_client.get(LIST, {"q": "zebra"}))

        assert "No service fits" in page
        assert f'href="{LIST}"' in page

    def test_an_empty_catalog_says_what_to_do(self, admin_client, reader_client):
        assert "Add the first service" in text(admin_client.get(LIST))
        assert "Add the first service" not in text(reader_client.get(LIST))

    def test_cards_show_the_same_services(self, reader_client):
        make_service("Web shop")
        assert "Web shop" in text(reader_client.get(LIST, {"view": "cards"}))

    def test_a_long_list_comes_in_pages_that_keep_the_filters(self, reader_client):
        for n in range(30):
            make_service(f"Shop {n:02}")

        page = text(reader_client.get(LIST, {"q": "Shop"}))

        assert "1–25 of 30 services" in page  # noqa: RUF001
        assert "?q=Shop&amp;page=2" in page

    def test_it_costs_the_same_queries_for_one_service_or_twenty(
        self, admin_client, count_queries
    ):
        owner = make_user("owner")
        make_service("Service", owner=owner)
        for_one = count_queries(admin_client, LIST)
        for n in range(19):
            make_service(f"Service {n}", owner=owner)

        assert count_queries(admin_client, LIST) == for_one
        assert for_one <= 6

    def test_a_service_cannot_smuggle_a_script_into_the_page(self, reader_client):
        make_service("<script>alert(1)</script>", value="</script><script>alert(2)")
        for layout in ("table", "cards"):
            assert "<script>alert" not in text(reader_client.get(LIST, {"view": layout}))

    def test_strangers_are_sent_to_sign_in(self, client):
        for url in (LIST, NEW):
            response = client.get(url)
            assert response.status_code == 302
            assert response.url.startswith(reverse("sign-in"))


@pytest.mark.django_db
class TestServiceForm:
    def test_a_new_service_gets_its_own_page(self, admin_client):
        response = admin_client.post(NEW, FILLED)

        service = Service.objects.get()
        assert response.url == reverse("service", args=["web-shop"])
        assert (service.name, service.criticality) == ("Web shop", Criticality.HIGH)

    def test_an_error_stands_at_its_field_and_what_was_typed_is_kept(self, admin_client):
        make_service("Web shop")

        response = admin_client.post(NEW, FILLED)

        assert response.status_code == 422
        assert "Service with this Name already exists" in text(response)
        assert 'id="id_name_error"' in text(response)
        assert "Lets customers buy around the clock" in text(response)
        assert Service.objects.count() == 1

    def test_a_value_longer_than_a_sentence_is_refused(self, admin_client):
        response = admin_client.post(NEW, FILLED | {"value": "x" * 141})

        assert response.status_code == 422
        assert 'id="id_value_error"' in text(response)

    def test_an_edit_changes_the_service_and_keeps_its_address(self, admin_client):
        service = make_service("Web shop")

        response = admin_client.post(
            reverse("catalog:service-edit", args=["web-shop"]), FILLED | {"name": "Net shop"}
        )

        service.refresh_from_db()
        assert response.url == reverse("service", args=["web-shop"])
        assert (service.name, service.slug, service.version) == ("Net shop", "web-shop", 2)

    def test_two_people_cannot_overwrite_each_other(self, admin_client):
        service = make_service("Web shop")
        update_service(service, expected_version=1, value="Changed by a colleague")

        response = admin_client.post(reverse("catalog:service-edit", args=["web-shop"]), FILLED)

        service.refresh_from_db()
        assert response.status_code == 422
        assert "Somebody changed this service in the meantime" in text(response)
        assert service.value == "Changed by a colleague"

    def test_a_service_called_new_does_not_hide_the_form(self, admin_client):
        admin_client.post(NEW, FILLED | {"name": "New"})

        assert Service.objects.get().slug == "new-2"
        assert "New service" in text(admin_client.get(NEW))

    def test_a_reader_may_neither_see_nor_send_the_form(self, reader_client):
        make_service("Web shop")
        edit = reverse("catalog:service-edit", args=["web-shop"])

        for url in (NEW, edit):
            assert reader_client.get(url).status_code == 403
            assert reader_client.post(url, FILLED).status_code == 403
        assert NEW not in text(reader_client.get(LIST))

    def test_what_one_may_not_see_is_not_there(self, reader_client):
        make_service("Secret", state=LifecycleState.PROPOSED)
        edit = reverse("catalog:service-edit", args=["secret"])
        assert reader_client.get(edit).status_code == 404
