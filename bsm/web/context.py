"""What every page knows: where it stands, how it looks, and whether the data is a demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bsm.web.nav import SECTIONS


def portal(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "portal_name": settings.PORTAL_NAME,
        "theme": theme if theme in {"light", "dark"} else "",
        "as_of": timezone.now(),
        "nav": _nav(request.path) if signed_in else [],
        "demo_loaded": getattr(request, "demo_loaded", False),
    }


def _nav(path: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "items": [
                {
                    "label": item.label,
                    "icon": item.icon,
                    "url": (url := reverse(item.route)),
                    "current": path == url or (url != "/" and path.startswith(url)),
                }
                for item in items
            ],
        }
        for label, items in SECTIONS
    ]
