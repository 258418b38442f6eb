"""What we watch, as its readers and editors meet it."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from catalog.models import LifecycleState
from monitoring.commands import record_results
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome
from monitoring.models import Monitor
from tests.factories import at, make_ci, make_monitor, make_service
from tests.pages.story import a_shop, an_hour_without, out_since_nine

LIST = reverse("monitoring:monitors")
NEW = reverse("monitoring:monitor-new")
EVIL = "</script><script>alert(1)"


def text(response) -> str:
    return response.content.decode()


def website(service, **changes) -> dict[str, str]:
    filled = {
        "name": "Shop front",
        "kind": "http",
        "service": str(service.pk),
        "url": "https://shop.example/",
        "interval_seconds": "60",
        "retry_seconds": "10",
        "timeout_ms": "5000",
        "confirm_down": "3",
        "confirm_degraded": "3",
        "confirm_up": "1",
    }
    return filled | changes


@pytest.mark.django_db
class TestMonitors:
    def test_it_lists_what_the_reader_may_see_with_its_exact_count(self, reader_client):
        make_monitor(make_service("Web shop"), name="Shop front")
        make_monitor(make_service("Takeover", state=LifecycleState.PROPOSED), name="Secret")

        page = text(reader_client.get(LIST))

        assert "Shop front" in page
        assert "of 1 monitors" in page
        assert "Secret" not in page

    def test_a_state_narrows_the_list(self, reader_client, run_follow_ups):
        out_since_nine(a_shop(), follow_ups=run_follow_ups)
        make_monitor(make_service(), name="Quiet one")

        down = text(reader_client.get(LIST, {"state": "down"}))
        unknown = text(reader_client.get(LIST, {"state": "unknown"}))

        assert "Port of Web shop" in down
        assert "Quiet one" not in down
        assert "Quiet one" in unknown

    def test_text_finds_the_monitor_by_what_it_watches(self, reader_client):
        make_monitor(make_ci("db-7"), name="Port 5432")
        make_monitor(make_ci("db-8"), name="Port 5433")

        page = text(reader_client.get(LIST, {"q": "db-7"}))

        assert "Port 5432" in page
        assert "Port 5433" not in page

    def test_an_empty_portal_says_what_a_monitor_is(self, admin_client, reader_client):
        assert "Add the first monitor" in text(admin_client.get(LIST))
        assert "Add the first monitor" not in text(reader_client.get(LIST))

    def test_it_costs_the_same_queries_for_one_monitor_or_twenty(
        self, reader_client, count_queries
    ):
        make_monitor(make_service())
        one = count_queries(reader_client, LIST)
        for _ in range(19):
            make_monitor(make_service())

        assert count_queries(reader_client, LIST) == one

    def test_a_name_cannot_smuggle_a_script_into_the_page(self, reader_client):
        make_monitor(make_service(), name=EVIL)

        assert "<script>alert" not in text(reader_client.get(LIST))

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(LIST).status_code == 302


@pytest.mark.django_db
class TestMonitor:
    def test_it_shows_states_checks_evidence_and_incidents(self, reader_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        with time_machine.travel(at("03-10 12:00"), tick=False):
            page = text(reader_client.get(story.monitor.get_absolute_url()))

        assert "Operational" in page
        assert "connection refused" in page
        assert "Tue 10 Mar, 09:00 UTC" in page
        assert "Tue 10 Mar, 10:00 UTC" in page

    def test_it_says_how_sure_the_start_of_a_state_is(self, reader_client, run_follow_ups):
        story = an_hour_without(a_shop(), follow_ups=run_follow_ups)

        with time_machine.travel(at("03-10 12:00"), tick=False):
            page = text(reader_client.get(story.monitor.get_absolute_url()))

        assert "or up to 1 min earlier" in page

    def test_response_times_are_a_chart_with_a_table(self, reader_client):
        monitor = make_monitor(make_service(), created_at=at("03-10 08:00"))
        seen = [
            Observation(at("03-10 09:00"), Outcome.OK, elapsed_us=120_000),
            Observation(at("03-10 09:01"), Outcome.OK, elapsed_us=180_000),
        ]
        record_results(monitor, seen, now=at("03-10 09:01"))

        with time_machine.travel(at("03-10 12:00"), tick=False):
            page = text(reader_client.get(monitor.get_absolute_url()))

        assert "Half of the answers took at most 150 ms" in page
        assert "120 ms" in page

    @pytest.mark.parametrize("span", ["24h", "7d", "30d", "for ever"])
    def test_every_span_opens(self, reader_client, span):
        monitor = make_monitor(make_service())
        response = reader_client.get(monitor.get_absolute_url(), {"span": span})

        assert response.status_code == 200

    def test_a_monitor_of_a_service_one_may_not_see_is_not_found(self, reader_client):
        secret = make_service("Takeover", state=LifecycleState.PROPOSED)
        monitor = make_monitor(secret)

        assert reader_client.get(monitor.get_absolute_url()).status_code == 404

    def test_what_a_target_answered_is_shown_as_text(self, reader_client):
        monitor = make_monitor(make_service(), name=EVIL, created_at=at("03-10 08:00"))
        seen = [Observation(at("03-10 09:00"), Outcome.FAIL, message="<script>alert(2)")]
        record_results(monitor, seen, now=at("03-10 09:00"))

        with time_machine.travel(at("03-10 12:00"), tick=False):
            page = text(reader_client.get(monitor.get_absolute_url()))

        assert "alert(2)" in page
        assert "<script>alert" not in page

    def test_it_costs_the_same_queries_for_one_check_or_twenty(
        self, reader_client, count_queries
    ):
        monitor = make_monitor(make_service(), created_at=at("03-10 08:00"))
        url = monitor.get_absolute_url()
        with time_machine.travel(at("03-10 12:00"), tick=False):
            seen = [Observation(at("03-10 09:00"), Outcome.FAIL, message="no")]
            record_results(monitor, seen, now=at("03-10 09:00"))
            one = count_queries(reader_client, url)
            for n in range(1, 20):
                outcome = Outcome.FAIL if n % 2 else Outcome.OK
                seen = [Observation(at(f"03-10 09:{n:02}"), outcome, message="no")]
                record_results(monitor, seen, now=at(f"03-10 09:{n:02}"))

            assert count_queries(reader_client, url) == one


@pytest.mark.django_db
class TestMonitorForm:
    @pytest.mark.parametrize(
        ("preset", "asks", "spares"),
        [
            ("website", "id_url", "id_port"),
            ("api", "id_expected_status", "id_host"),
            ("port", "id_port", "id_url"),
            ("passive", "id_confirm_down", "id_interval_seconds"),
        ],
    )
    def test_a_preset_asks_only_for_what_it_needs(self, admin_client, preset, asks, spares):
        page = text(admin_client.get(NEW, {"preset": preset}))

        assert f'id="{asks}"' in page
        assert f'id="{spares}"' not in page

    def test_an_editor_watches_a_website(self, admin_client):
        shop = make_service("Web shop")

        response = admin_client.post(f"{NEW}?preset=website", website(shop))

        monitor = Monitor.objects.get()
        assert response.url == monitor.get_absolute_url()
        assert monitor.target == {"url": "https://shop.example/"}
        assert (monitor.service, monitor.interval_ms) == (shop, 60_000)

    def test_an_editor_watches_a_port_of_a_ci(self, admin_client):
        database = make_ci("db-7")
        asked = website(database, kind="tcp", host="db.example", port="5432")
        del asked["service"], asked["url"]

        admin_client.post(f"{NEW}?preset=port", asked | {"ci": str(database.pk)})

        assert Monitor.objects.get().target == {"host": "db.example", "port": 5432}

    @pytest.mark.parametrize(
        "url",
        ["http://169.254.169.254/", "ftp://shop.example/", "https://user:pw@shop.example/"],
    )
    def test_a_refused_address_is_told_at_its_field_and_kept(self, admin_client, url):
        shop = make_service("Web shop")

        response = admin_client.post(NEW, website(shop, url=url))

        assert response.status_code == 422
        page = text(response)
        assert 'id="id_url_error"' in page
        assert f'value="{url}"' in page
        assert not Monitor.objects.exists()

    def test_a_timeout_beyond_the_interval_is_told_at_its_field(self, admin_client):
        shop = make_service("Web shop")

        response = admin_client.post(NEW, website(shop, timeout_ms="60000"))

        assert response.status_code == 422
        assert 'id="id_timeout_ms_error"' in text(response)

    def test_it_starts_with_the_service_it_was_asked_from(self, admin_client):
        shop = make_service("Web shop")

        page = text(admin_client.get(NEW, {"service": str(shop.pk)}))

        assert f'<option value="{shop.pk}" selected>Web shop</option>' in page

    def test_two_editors_at_once_do_not_overwrite_each_other(self, admin_client):
        shop = make_service("Web shop")
        admin_client.post(NEW, website(shop))
        monitor = Monitor.objects.get()
        edit = reverse("monitoring:monitor-edit", args=[monitor.pk])
        asked = website(shop) | {"version": str(monitor.version)}
        del asked["service"]

        admin_client.post(edit, asked | {"name": "Front"})
        late = admin_client.post(edit, asked | {"name": "Back"})

        assert late.status_code == 422
        assert Monitor.objects.get().name == "Front"

    def test_a_monitor_is_paused_and_watched_again(self, admin_client):
        monitor = make_monitor(make_service())
        url = reverse("monitoring:monitor-pause", args=[monitor.pk])

        assert admin_client.get(url).status_code == 200
        admin_client.post(url, {"act": "pause"})
        monitor.refresh_from_db()
        assert not monitor.is_enabled
        assert "Paused" in text(admin_client.get(LIST))

        admin_client.post(url, {"act": "resume"})
        monitor.refresh_from_db()
        assert monitor.is_enabled

    def test_readers_may_not_change_anything(self, reader_client):
        shop = make_service("Web shop")
        monitor = make_monitor(shop)
        edit = reverse("monitoring:monitor-edit", args=[monitor.pk])
        pause = reverse("monitoring:monitor-pause", args=[monitor.pk])

        assert reader_client.post(NEW, website(shop)).status_code == 403
        assert reader_client.post(edit, website(shop)).status_code == 403
        assert reader_client.post(pause, {"act": "pause"}).status_code == 403
        assert edit not in text(reader_client.get(monitor.get_absolute_url()))
        assert Monitor.objects.get().is_enabled
