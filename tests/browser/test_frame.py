"""The frame and the components in a real browser: readable, quiet, useful without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

Tab = Callable[..., Any]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth > window.innerWidth"


def to_the_end(tab: Any) -> None:
    height = tab.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 600):
        tab.evaluate(f"scrollTo(0, {top})")
        tab.wait_for_timeout(60)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_component_is_accessible_and_nothing_complains(
    admin_tab: Tab, width: int, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("NOT TESTED: axe-core is not installed (make setup)")
    tab = admin_tab(width=width, color_scheme=scheme)
    tab.goto("/styleguide/")
    to_the_end(tab)
    tab.wait_for_selector(".chart-area .main-svg")
    tab.wait_for_selector(".map-area canvas")

    tab.evaluate(AXE.read_text())
    found = tab.evaluate(f"axe.run({{runOnly: {RULES}}})")

    told = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]]
    assert told == []
    assert tab.complaints == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1920])
def test_no_page_scrolls_sideways(admin_tab: Tab, width: int) -> None:
    tab = admin_tab(width=width)
    tab.goto("/styleguide/")
    to_the_end(tab)

    assert not tab.evaluate(WIDER_THAN_THE_WINDOW)


def test_without_script_charts_and_maps_are_tables(admin_tab: Tab) -> None:
    tab = admin_tab(java_script_enabled=False)
    tab.goto("/styleguide/")

    assert tab.locator(".chart-area:visible").count() == 0
    assert tab.get_by_role("cell", name="350 min").is_visible()
    assert tab.get_by_role("rowheader", name="Web shop").is_visible()


def test_without_script_the_menu_opens_on_a_telephone(admin_tab: Tab) -> None:
    tab = admin_tab(width=390, java_script_enabled=False)
    tab.goto("/styleguide/")
    catalog = tab.get_by_role("link", name="Catalog", exact=True).first
    menu = tab.locator("#side")
    assert not menu.is_visible()

    tab.get_by_role("button", name="Menu").click()

    assert menu.is_visible()
    assert catalog.count() == 1
    tab.keyboard.press("Escape")
    assert not menu.is_visible()


@pytest.mark.parametrize("with_script", [True, False])
def test_the_theme_is_chosen_by_a_button_and_kept(admin_tab: Tab, *, with_script: bool) -> None:
    tab = admin_tab(color_scheme="light", java_script_enabled=with_script)
    tab.goto("/styleguide/")
    light = tab.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")

    with tab.expect_response("**/theme/"):
        tab.get_by_role("button", name="Use dark colours").click()
    tab.wait_for_selector("html[data-theme=dark]")

    dark = tab.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    tab.goto("/styleguide/")
    assert dark != light
    assert tab.locator("html").get_attribute("data-theme") == "dark"


def test_a_chart_is_drawn_again_in_the_colours_of_the_theme(admin_tab: Tab) -> None:
    tab = admin_tab(color_scheme="light")
    tab.goto("/styleguide/")
    tab.locator("[data-chart=sample-response]").scroll_into_view_if_needed()
    line = tab.locator("[data-chart=sample-response] .scatterlayer path.js-line").first
    before = line.evaluate("e => getComputedStyle(e).stroke")

    tab.get_by_role("button", name="Use dark colours").click()
    tab.wait_for_timeout(600)

    assert line.evaluate("e => getComputedStyle(e).stroke") != before


def test_an_open_page_stays_true_without_disturbing_its_reader(admin_tab: Tab) -> None:
    tab = admin_tab()
    tab.goto("/")
    tab.evaluate(
        """() => {
          const open = document.createElement("p");
          open.id = "old-news";
          document.querySelector("#main").append(open);
          document.querySelector("#main a").focus();
        }"""
    )
    focused = tab.evaluate("document.activeElement.outerHTML")

    with tab.expect_response(lambda response: response.request.headers.get("hx-request")):
        tab.evaluate("htmx.trigger('#main', 'refresh')")
    tab.wait_for_selector("#old-news", state="detached")

    assert tab.evaluate("document.activeElement.outerHTML") == focused
    assert tab.locator("#stale").is_hidden()
    assert tab.complaints == []


def test_a_page_that_cannot_be_refreshed_says_how_old_it_is(admin_tab: Tab) -> None:
    tab = admin_tab()
    tab.goto("/")
    tab.route("**/*", lambda route: route.abort())

    for _ in range(2):
        tab.evaluate("htmx.trigger('#main', 'refresh')")
        tab.wait_for_timeout(200)

    assert "old" in tab.locator("#stale").inner_text()
    tab.unroute("**/*")
    tab.evaluate("htmx.trigger('#main', 'refresh')")
    tab.locator("#stale").wait_for(state="hidden")


def test_the_keyboard_reaches_the_content_past_the_menu(admin_tab: Tab) -> None:
    tab = admin_tab()
    tab.goto("/")

    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    tab.keyboard.press("Enter")

    assert tab.evaluate("document.activeElement.id") == "main"
