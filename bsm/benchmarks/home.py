"""How long the home page takes with the demo company, on the server."""

from __future__ import annotations

import time
from io import StringIO
from statistics import quantiles
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from catalog.models import Service, User
from impact.models import NodeState
from monitoring.models import Monitor

ROUNDS = 60
WARM_UP = 5


def run() -> dict[str, Any]:
    """Sizes, seconds to load the demo, and p50 and p95 of a request in milliseconds."""
    if "testserver" not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append("testserver")
    began = time.perf_counter()
    call_command("demo", "load", stdout=StringIO())
    load_seconds = time.perf_counter() - began
    client = Client()
    client.force_login(User.objects.get(username="it.manager"))
    took_ms = [_request_ms(client) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    cuts = quantiles(took_ms, n=20)
    return {
        "sizes": {
            "services": Service.objects.count(),
            "monitors": Monitor.objects.count(),
            "node_states": NodeState.objects.count(),
            "requests": ROUNDS,
        },
        "seconds": round(sum(took_ms) / 1000, 3),
        "demo_load_seconds": round(load_seconds, 1),
        "p50_ms": round(cuts[9], 1),
        "p95_ms": round(cuts[18], 1),
    }


def _request_ms(client: Client) -> float:
    began = time.perf_counter()
    response = client.get("/")
    took = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"home answered {response.status_code}")
    return took
