"""The page of a service, tab by tab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

from catalog.commands import assign_role
from catalog.models import LifecycleState, Role
from monitoring.commands import record_results
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome
from tests.factories import at, make_dependency, make_monitor, make_service, make_user
from tests.pages.story import a_shop, an_hour_without, out_since_nine

TABS = ["service", "service-promises", "service-health", "service-map"]
every_tab = pytest.mark.parametrize("tab", TABS)


@pytest.fixture(autouse=True)
def half_past_ten() -> Iterator[None]:
    with time_machine.travel(at("03-10 10:30"), tick=False):
        yield


def address(tab: str, slug: str = "web-shop") -> str:
    return reverse(tab, args=[slug])


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
class TestEveryTab:
    @every_tab
    def test_the_head_says_how_it_is_and_who_has_it(self, client, tab):
        owner = make_user("owner", first_name="Mara", last_name="Quill")
        make_service("Web shop", owner=owner, value="Lets customers buy around the clock")
        client.force_login(owner)

        page = text(client.get(address(tab)))

        assert "Lets customers buy around the clock" in page
        assert "Mara Quill" in page
        assert "No data" in page

    @every_tab
    def test_what_one_may_not_see_is_not_there(self, reader_client, tab):
        make_service("Web shop", state=LifecycleState.PROPOSED)
        assert reader_client.get(address(tab)).status_code == 404
        assert reader_client.get(address(tab, "nothing")).status_code == 404

    @every_tab
    def test_only_editors_are_offered_the_form(self, admin_client, reader_client, tab):
        make_service("Web shop")
        edit = reverse("catalog:service-edit", args=["web-shop"])
        assert edit in text(admin_client.get(address(tab)))
        assert edit not in text(reader_client.get(address(tab)))

    @every_tab
    def test_it_updates_itself(self, reader_client, tab):
        make_service("Web shop")
        assert "data-refresh" in text(reader_client.get(address(tab)))

    @every_tab
    def test_a_service_cannot_smuggle_a_script_into_the_page(
        self, admin_client, tab, run_follow_ups
    ):
        evil = "</script><script>alert(1)"
        story = a_shop(evil)
        an_hour_without(story, follow_ups=run_follow_ups)
        make_monitor(story.shop, name=f"{evil} monitor")
        page = text(admin_client.get(address(tab, story.shop.slug)))
        assert "<script>alert" not in page

    @every_tab
    def test_strangers_are_sent_to_sign_in(self, client, tab):
        assert client.get(address(tab)).status_code == 302


@pytest.mark.django_db
class TestOverview:
    def test_a_breach_shows_with_its_value_target_and_rest(self, admin_client, run_follow_ups):
        an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(address("service")))

        assert "Breached" in page
        assert "99.557%" in page
        assert "99.9%" in page
        assert "−15 min 21 s" in page  # noqa: RUF001

    def test_an_outage_that_lasts_is_on_top(self, admin_client, run_follow_ups):
        story = out_since_nine(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(address("service")))

        assert "Out since" in page
        assert story.outage.get_absolute_url() in page
        assert "1 h 30 min" in page

    def test_without_a_promise_editors_are_asked_for_one(self, admin_client, reader_client):
        make_service("Web shop")
        new = reverse("sla:agreement-new")
        assert new in text(admin_client.get(address("service")))
        assert new not in text(reader_client.get(address("service")))

    def test_the_value_of_an_hour_is_for_those_who_may_see_money(
        self, admin_client, reader_client, run_follow_ups
    ):
        an_hour_without(a_shop(), follow_ups=run_follow_ups)
        assert "€1,200.00" in text(admin_client.get(address("service")))
        assert "€" not in text(reader_client.get(address("service")))

    def test_it_costs_the_same_queries_however_often_it_was_out(
        self, admin_client, run_follow_ups, count_queries
    ):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        after_one = count_queries(admin_client, address("service"))
        for hour in range(11, 15):
            moments = [at(f"03-09 {hour}:00"), at(f"03-09 {hour}:30")]
            seen = [
                Observation(moments[0], Outcome.FAIL),
                Observation(moments[1], Outcome.OK),
            ]
            with run_follow_ups():
                record_results(story.monitor, seen, now=at("03-10 10:30"))
        assert count_queries(admin_client, address("service")) == after_one
        assert after_one <= 12


@pytest.mark.django_db
class TestPromises:
    def test_each_promise_shows_its_months_and_its_facts(self, admin_client, run_follow_ups):
        an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(address("service-promises")))

        assert "Mar 2026" in page
        assert "around the clock" in page
        assert "Time that counts" in page
        assert "9 d 10 h" in page

    def test_no_promise_says_so(self, reader_client):
        make_service("Web shop")
        page = text(reader_client.get(address("service-promises")))
        assert "Nothing is promised" in page


@pytest.mark.django_db
class TestHealth:
    def test_a_monitor_that_measured_gets_a_chart_with_its_table(self, admin_client):
        shop = make_service("Web shop")
        monitor = make_monitor(shop, name="Front page", created_at=at("03-10 08:00"))
        seen = [
            Observation(at(f"03-10 09:{m:02}"), Outcome.OK, 200, 1000 * (200 + m))
            for m in range(10)
        ]
        record_results(monitor, seen, now=at("03-10 09:10"))

        page = text(admin_client.get(address("service-health")))

        assert "Front page answered in 204 ms at the median" in page
        assert "application/json" in page
        assert "209 ms" in page

    def test_a_longer_look_back_is_part_of_the_address(self, reader_client):
        make_service("Web shop")
        page = text(reader_client.get(address("service-health"), {"span": "30d"}))
        assert "30 days" in page

    def test_a_service_that_nobody_asks_says_so(self, reader_client):
        make_service("Web shop")
        page = text(reader_client.get(address("service-health")))
        assert "No monitor asks this service itself" in page


@pytest.mark.django_db
class TestMap:
    def test_it_lists_what_the_service_needs_and_how_that_is(
        self, admin_client, run_follow_ups
    ):
        out_since_nine(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(address("service-map")))

        assert "Database of Web shop" in page
        assert "Outage" in page

    def test_an_empty_map_says_what_that_means(self, reader_client):
        make_service("Web shop")
        page = text(reader_client.get(address("service-map")))
        assert "Nothing is drawn below it" in page

    def test_a_part_that_one_may_not_see_is_not_named(self, client, run_follow_ups):
        shop = make_service("Web shop")
        hidden = make_service("Project Falcon", state=LifecycleState.PROPOSED)
        with run_follow_ups():
            make_dependency(shop, hidden)
        reader = make_user("reader")
        assign_role(reader, Role.VIEWER)
        client.force_login(reader)

        assert "Project Falcon" not in text(client.get(address("service-map")))
