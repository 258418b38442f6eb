"""Outages: the list, and one of them down to its causes, promises and cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse

from catalog.commands import update_service
from catalog.models import LifecycleState
from tests.factories import at
from tests.pages.story import a_shop, an_hour_without, out_since_nine

LIST = reverse("outages")


@pytest.fixture(autouse=True)
def half_past_ten() -> Iterator[None]:
    with time_machine.travel(at("03-10 10:30"), tick=False):
        yield


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
class TestOutages:
    def test_it_lists_the_newest_first_with_what_it_cost(self, admin_client, run_follow_ups):
        an_hour_without(a_shop("Arcade"), follow_ups=run_follow_ups)
        out_since_nine(a_shop("Zoo"), follow_ups=run_follow_ups)

        page = text(admin_client.get(LIST))

        assert "Arcade" in page
        assert "Zoo" in page
        assert "€1,200.00" in page
        assert "so far" in page

    def test_it_can_show_only_what_still_lasts(self, admin_client, run_follow_ups):
        an_hour_without(a_shop("Arcade"), follow_ups=run_follow_ups)
        out_since_nine(a_shop("Zoo"), follow_ups=run_follow_ups)

        page = text(admin_client.get(LIST, {"show": "open"}))

        assert "Zoo" in page
        assert "Arcade" not in page

    def test_an_empty_list_is_good_news_and_says_why(self, reader_client):
        assert "No outages" in text(reader_client.get(LIST))
        assert "No service is out now" in text(reader_client.get(LIST, {"show": "open"}))

    def test_readers_see_no_money(self, reader_client, run_follow_ups):
        an_hour_without(a_shop(), follow_ups=run_follow_ups)
        page = text(reader_client.get(LIST))
        assert "Web shop" in page
        assert "€" not in page

    def test_outages_of_what_one_may_not_see_are_not_listed(
        self, reader_client, run_follow_ups
    ):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        update_service(story.shop, expected_version=1, state=LifecycleState.PROPOSED)
        assert "Web shop" not in text(reader_client.get(LIST))

    def test_it_costs_the_same_queries_for_one_outage_or_many(
        self, admin_client, run_follow_ups, count_queries
    ):
        an_hour_without(a_shop("Shop"), follow_ups=run_follow_ups)
        for_one = count_queries(admin_client, LIST)
        for n in range(4):
            an_hour_without(a_shop(f"Shop {n}"), follow_ups=run_follow_ups)
        assert count_queries(admin_client, LIST) == for_one
        assert for_one <= 6

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(LIST).status_code == 302


@pytest.mark.django_db
class TestOutage:
    def test_it_tells_what_happened_and_for_how_long(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(story.outage.get_absolute_url()))

        assert "Web shop was out for 1 h." in page
        assert "100% of the service" in page

    def test_it_goes_down_to_the_first_check_that_failed(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(story.outage.get_absolute_url()))

        assert "Database of Web shop" in page
        assert story.monitor.get_absolute_url() in page
        assert "connection refused" in page
        assert "2026-03-10 09:00:00" in page

    def test_the_start_carries_its_error_bar(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(story.outage.get_absolute_url()))

        assert "10 Mar, 08:59 UTC" in page
        assert "when a check still found it well" in page

    def test_it_names_the_promise_it_counted_against(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(story.outage.get_absolute_url()))

        assert "Mar 2026" in page
        assert "44 min 38 s" in page
        assert "Breached" in page

    def test_the_cost_opens_to_its_formula(self, admin_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(story.outage.get_absolute_url()))

        assert "€1,200.00" in page
        assert "3600000 ms" in page
        assert "Time out × share lost × value of an hour" in page  # noqa: RUF001

    def test_one_that_lasts_says_so_far(self, admin_client, run_follow_ups):
        story = out_since_nine(a_shop(), follow_ups=run_follow_ups)

        page = text(admin_client.get(story.outage.get_absolute_url()))

        assert "Web shop is out, for 1 h 30 min so far." in page
        assert "Still out" in page

    def test_readers_see_no_money(self, reader_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        page = text(reader_client.get(story.outage.get_absolute_url()))
        assert "€" not in page
        assert "What it cost" not in page

    def test_what_one_may_not_see_is_not_there(self, reader_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        url = story.outage.get_absolute_url()
        assert reader_client.get(url).status_code == 200

        update_service(story.shop, expected_version=1, state=LifecycleState.PROPOSED)

        assert reader_client.get(url).status_code == 404

    def test_an_evidence_cannot_smuggle_a_script_into_the_page(
        self, admin_client, run_follow_ups
    ):
        story = an_hour_without(a_shop("</script><script>alert(1)"), follow_ups=run_follow_ups)
        assert "<script>alert" not in text(admin_client.get(story.outage.get_absolute_url()))

    def test_it_costs_a_fixed_number_of_queries(
        self, admin_client, run_follow_ups, count_queries
    ):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        assert count_queries(admin_client, story.outage.get_absolute_url()) <= 12

    def test_strangers_are_sent_to_sign_in(self, client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
        assert client.get(story.outage.get_absolute_url()).status_code == 302
