"""Tells each page whether the demo company is loaded, so that it can say so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bsm.demo.presence import present

# Answered without the database, or many times a minute.
WITHOUT = ("/static/", "/healthz", "/readyz", "/demo-target/", "/api/")


class DemoLoaded:
    """Sets `request.demo_loaded`, from which every page shows its banner."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = not request.path.startswith(WITHOUT)
        request.demo_loaded = is_page and present() is not None  # type: ignore[attr-defined]
        return self.get_response(request)
