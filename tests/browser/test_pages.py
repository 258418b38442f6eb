"""The pages in a real browser: drawn, quiet, narrow and wide, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from catalog.models import Service, User
from monitoring.commands import record_results
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome
from tests.factories import at, make_monitor
from tests.pages.story import Story, a_shop, an_hour_without, told

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(autouse=True)
def half_past_ten(portal: str) -> Iterator[None]:
    with time_machine.travel(at("03-10 10:30"), tick=True):
        yield


@pytest.fixture
def story(transactional_db: None, run_follow_ups) -> Story:
    found = an_hour_without(a_shop(), follow_ups=run_follow_ups)
    monitor = make_monitor(found.shop, name="Front page", created_at=at("03-10 08:00"))
    seen = [
        Observation(at(f"03-10 09:{m:02}"), Outcome.OK, 200, 1000 * (200 + m))
        for m in range(30)
    ]
    with run_follow_ups():
        record_results(monitor, seen, now=at("03-10 10:20"))
    return found


def addresses(story: Story) -> list[str]:
    shop = f"/services/{story.shop.slug}/"
    return [
        "/",
        "/services/",
        "/services/?view=cards",
        "/services/new/",
        shop,
        f"{shop}promises/",
        f"{shop}health/",
        f"{shop}map/",
        f"{shop}edit/",
        f"{shop}value/",
        "/outages/",
        story.outage.get_absolute_url(),
        "/people/",
        "/people/check/",
        "/people/teams/new/",
        f"/people/{User.objects.get(username='admin').pk}/",
    ]


def test_signing_in_leads_home_and_a_wrong_password_does_not(open_browser, admin):
    page = open_browser()
    page.goto("/services/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", "not this one")
    page.press("[name=password]", "Enter")
    page.get_by_text("Please enter a correct username and password").first.wait_for()

    page.fill("[name=username]", "admin")
    page.fill("[name=password]", "correct horse battery")
    page.press("[name=password]", "Enter")

    page.wait_for_url("**/services/")


@pytest.mark.parametrize("width", [390, 1024, 1920])
def test_no_page_scrolls_sideways_or_complains(admin_tab, story, width):
    page = admin_tab(width=width)
    for address in addresses(story):
        page.goto(address)
        page.wait_for_timeout(200)
        wider = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider == 0, f"{address} is {wider} px wider than {width}"
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_the_accessibility_rules(admin_tab, story, scheme):
    if not AXE.exists():
        pytest.skip("NOT TESTED: axe-core is not installed (npm ci)")
    page = admin_tab(color_scheme=scheme)
    rules = AXE.read_text()
    for address in addresses(story):
        page.goto(address)
        page.wait_for_timeout(300)
        page.evaluate(rules)
        found = page.evaluate("axe.run()")["violations"]
        told = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
        assert told == [], address


def test_the_chart_and_the_map_are_drawn(admin_tab, story):
    page = admin_tab()
    page.goto(f"/services/{story.shop.slug}/health/")
    page.locator(".chart-area .main-svg").first.wait_for()
    page.goto(f"/services/{story.shop.slug}/map/")
    page.locator(".map-area canvas[data-id='layer2-node']").wait_for()


def test_an_open_page_brings_itself_up_to_date(admin_tab, story, run_follow_ups):
    page = admin_tab()
    page.goto(f"/services/{story.shop.slug}/")
    page.get_by_text("Operational").first.wait_for()
    told(story, ("03-10 10:25", Outcome.FAIL), follow_ups=run_follow_ups)

    page.evaluate("document.querySelector('#main').dispatchEvent(new Event('refresh'))")

    page.get_by_text("Out since").first.wait_for()
    assert page.complaints == []


def test_without_scripts_a_service_can_be_found_and_added(admin_tab, story):
    page = admin_tab(java_script_enabled=False)
    page.goto("/services/")
    page.fill("[name=q]", "nothing like it")
    page.click("button:has-text('Filter')")
    page.get_by_text("No service fits").wait_for()

    page.goto("/services/new/")
    page.fill("[name=name]", "Payroll")
    page.fill("[name=value]", "Pays everybody on time")
    page.click("button:has-text('Save service')")

    page.get_by_role("heading", name="Payroll").wait_for()
    assert Service.objects.filter(slug="payroll").exists()


def test_without_scripts_charts_and_maps_are_tables(admin_tab, story):
    page = admin_tab(java_script_enabled=False)
    page.goto(f"/services/{story.shop.slug}/health/")
    page.get_by_text("229 ms").first.wait_for()
    page.goto(f"/services/{story.shop.slug}/map/")
    page.get_by_text("Database of Web shop").first.wait_for()
