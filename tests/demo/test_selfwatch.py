"""The portal as its own first service."""

from __future__ import annotations

import pytest

from bsm.selfwatch import watch_the_portal
from catalog.models import Service
from monitoring.models import Monitor
from sla.models import AgreementKind, Commitment
from tests.factories import at

NOW = at("2026-11-24 17:10")


@pytest.fixture(autouse=True)
def loopback_may_be_polled(settings):
    settings.MONITOR_CIDRS = ["127.0.0.0/8"]


@pytest.mark.django_db
class TestWatchThePortal:
    def test_the_portal_and_its_four_parts_are_watched_and_promised(self, admin):
        watch_the_portal(NOW)

        portal = Service.objects.get()
        assert (portal.name, portal.owner, portal.is_demo) == ("BSM portal", admin, False)
        monitors = Monitor.objects.all()
        assert {monitor.target["url"].rpartition("/")[2] for monitor in monitors} == {
            "web", "database", "broker", "worker",
        }  # fmt: skip
        assert {monitor.interval_ms for monitor in monitors} == {15_000}
        assert portal.dependencies.count() == 4
        promise = Commitment.objects.get(service=portal)
        assert promise.version.agreement.kind == AgreementKind.SLO
        assert (str(promise.target_percent), promise.calendar) == ("99.9000", None)

    def test_starting_again_changes_nothing(self, admin):
        watch_the_portal(NOW)
        watch_the_portal(NOW)
        assert (Service.objects.count(), Monitor.objects.count()) == (1, 4)

    def test_a_new_port_is_followed(self, admin, settings):
        watch_the_portal(NOW)
        settings.BSM_SELF_URL = "http://127.0.0.1:8123"
        watch_the_portal(NOW)
        assert (
            Monitor.objects.filter(
                target__url__startswith="http://127.0.0.1:8123/healthz/"
            ).count()
            == 4
        )

    def test_what_people_renamed_stays_renamed(self, admin):
        watch_the_portal(NOW)
        Service.objects.update(name="Our portal")
        watch_the_portal(NOW)
        assert Service.objects.get().name == "Our portal"

    def test_it_does_not_poll_where_monitors_may_not_reach(self, admin, settings):
        settings.MONITOR_CIDRS = []
        watch_the_portal(NOW)
        assert not Service.objects.exists()

    def test_it_works_before_there_is_an_administrator(self):
        watch_the_portal(NOW)
        assert Service.objects.get().owner is None
