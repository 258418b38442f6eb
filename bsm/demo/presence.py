"""Whether the demo company is loaded; asked on every page, so remembered for a moment."""

from __future__ import annotations

import time

from bsm.models import DemoCompany

REMEMBERED_SECONDS = 10.0


class _Memory:
    """What this process knew last. Other processes learn of a change when it has aged."""

    company: DemoCompany | None = None
    asked_at: float | None = None


def present() -> DemoCompany | None:
    """The demo company that is loaded, if any; up to ten seconds old."""
    now = time.monotonic()
    if _Memory.asked_at is None or now - _Memory.asked_at > REMEMBERED_SECONDS:
        remember(DemoCompany.objects.first())
    return _Memory.company


def remember(company: DemoCompany | None) -> None:
    _Memory.company, _Memory.asked_at = company, time.monotonic()


def forget() -> None:
    """Ask anew next time."""
    _Memory.company, _Memory.asked_at = None, None
