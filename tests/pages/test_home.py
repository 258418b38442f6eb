"""Home says what needs somebody, worst first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

from catalog.commands import assign_role
from catalog.models import LifecycleState, Role
from tests.factories import at, make_service, make_user
from tests.pages.story import a_shop, an_hour_without, out_since_nine

HOME = reverse("home")


@pytest.fixture(autouse=True)
def half_past_ten() -> Iterator[None]:
    with time_machine.travel(at("03-10 10:30"), tick=False):
        yield


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
class TestHome:
    def test_a_new_portal_says_how_to_begin(self, admin_client):
        page = text(admin_client.get(HOME))

        assert "Add the first service" in page
        assert reverse("monitoring:import") in page
        assert "make demo" in page

    def test_a_reader_of_an_empty_portal_is_not_sent_to_forms(self, reader_client):
        page = text(reader_client.get(HOME))

        assert "No service is on offer yet" in page
        assert reverse("catalog:service-new") not in page

    def test_the_sentence_counts_what_the_list_shows(self, admin_client, admin, run_follow_ups):
        an_hour_without(a_shop(owner=admin), follow_ups=run_follow_ups)
        make_service("Payroll", owner=admin)

        page = text(admin_client.get(HOME))

        assert "1 of 2 services needs attention" in page
        assert "Nothing is known of 1 right now" in page

    def test_what_is_out_now_comes_before_what_was_out(self, admin_client, run_follow_ups):
        an_hour_without(a_shop("Arcade"), follow_ups=run_follow_ups)
        out_since_nine(a_shop("Zoo"), follow_ups=run_follow_ups)

        page = text(admin_client.get(HOME))

        assert page.index(">Zoo<") < page.index(">Arcade<")

    def test_a_broken_promise_shows_its_value_cut_and_its_allowance(
        self, admin_client, run_follow_ups
    ):
        an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(HOME))

        # One of 226 hours so far: 99.55752 %; the whole month allows 44 min 38.4 s.
        assert "99.557%" in page
        assert "135%" in page
        assert "Breached" in page

    def test_a_service_without_data_is_never_green(self, admin_client, admin):
        make_service("Payroll", owner=admin)

        page = text(admin_client.get(HOME))

        assert "No data" in page
        assert "Operational" not in page.split("<tbody>")[1]
        assert "No service needs attention" in page

    def test_a_service_without_an_owner_needs_one(self, admin_client):
        make_service("Payroll")

        page = text(admin_client.get(HOME))

        assert "1 of 1 service needs attention" in page
        assert "No owner" in page

    def test_money_is_shown_to_those_who_may_see_it(self, admin_client, run_follow_ups):
        out_since_nine(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(HOME))

        assert "Value at risk now" in page
        assert "€1,200" in page

    def test_money_is_not_shown_to_readers(self, reader_client, run_follow_ups):
        out_since_nine(a_shop(), follow_ups=run_follow_ups)

        page = text(reader_client.get(HOME))

        assert "Web shop" in page
        assert "€" not in page

    def test_what_one_may_not_see_is_not_even_counted(self, client):
        hidden = make_service("Secret", state=LifecycleState.PROPOSED)
        reader = make_user("reader")
        assign_role(reader, Role.VIEWER)
        client.force_login(reader)
        make_service("Payroll")

        page = text(client.get(HOME))

        assert hidden.name not in page
        assert "of 1 service" in page

    def test_it_costs_the_same_queries_for_one_service_or_twenty(
        self, admin_client, run_follow_ups, count_queries
    ):
        an_hour_without(a_shop("Shop"), follow_ups=run_follow_ups)
        for_one = count_queries(admin_client, HOME)
        for n in range(19):
            a_shop(f"Shop {n}")
        for_twenty = count_queries(admin_client, HOME)

        assert for_twenty == for_one
        assert for_one <= 9

    def test_a_service_cannot_smuggle_a_script_into_the_page(self, admin_client):
        make_service("</script><script>alert(1)", value="<script>alert(2)</script>")
        assert "<script>alert" not in text(admin_client.get(HOME))

    def test_it_updates_itself(self, admin_client):
        assert "data-refresh" in text(admin_client.get(HOME))

    def test_strangers_are_sent_to_sign_in(self, client):
        response = client.get(HOME)
        assert response.status_code == 302
        assert response.url.startswith(reverse("sign-in"))
