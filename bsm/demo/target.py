"""The live part: pages that stand in for the things of the demo company, for monitors to ask.

They answer by the same weather that wrote the history, carried on into the future.
"""

from __future__ import annotations

import time
from datetime import datetime
from functools import lru_cache

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone

from bsm.demo.estate import Company
from bsm.demo.presence import present
from bsm.demo.weather import DOWN, Weather, response_ms

LONGEST_WAIT_MS = 300  # a page may not keep a thread of the web for longer


def answer(request: HttpRequest, number: int) -> JsonResponse:
    """200 while the thing works, 503 while it does not; 404 without a demo company."""
    loaded = present()
    if loaded is None:
        raise Http404
    weather = weather_of(loaded.seed, loaded.until, loaded.size)
    node = next((w.node for w in weather.company.watches if w.number == number), None)
    if node is None:
        raise Http404
    now = timezone.now()
    state = weather.state_at(node, now)
    time.sleep(min(response_ms(node, now, state), LONGEST_WAIT_MS) / 1000)
    status = 503 if state == DOWN else 200
    response = JsonResponse({"node": node, "state": state}, status=status)
    # Django logs each 503 as an error of the portal; these are what was asked for.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@lru_cache(maxsize=1)
def weather_of(seed: int, until: datetime, size: int) -> Weather:
    return Weather(Company(size), seed=seed, until=until)
