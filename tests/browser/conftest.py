"""A real browser in front of the real portal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured

from catalog.commands import ensure_admin

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"NOT TESTED: no browser at {CHROMIUM} (apt-get install chromium)")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    # Playwright keeps an event loop in this thread, and Django takes that for async code; so
    # it would as soon as the test database is made.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def portal(live_server: Any, settings: Any) -> str:
    """The address of the running portal, with its built front end."""
    built = configured.STATIC_ROOT
    if not (built / "app.js").is_file():
        pytest.skip("NOT TESTED: the front end is not built (make setup)")
    settings.STATICFILES_DIRS = [built]
    return str(live_server.url)


@pytest.fixture
def open_browser(chromium: Any, portal: str) -> Iterator[Callable[..., Any]]:
    """Opens a tab, by default 1440 px wide; its console complaints are in `tab.complaints`."""
    contexts: list[Any] = []

    def tab(*, width: int = 1440, **options: Any) -> Any:
        context = chromium.new_context(
            base_url=portal, viewport={"width": width, "height": 1000}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: _note(page, message))
        return page

    yield tab
    for context in contexts:
        context.close()


@pytest.fixture
def admin_tab(open_browser: Callable[..., Any], transactional_db: None) -> Callable[..., Any]:
    """The same, signed in as an administrator through the sign-in page."""
    ensure_admin(username="admin", password=PASSWORD)

    def tab(**options: Any) -> Any:
        page = open_browser(**options)
        page.goto("/sign-in/")
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")
        return page

    return tab


def _note(page: Any, message: Any) -> None:
    if message.type in {"error", "warning"}:
        page.complaints.append(message.text)
