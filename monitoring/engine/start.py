"""Starting a prober in this process."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import uvloop
from django.conf import settings

from monitoring.adapters.guard import Guard
from monitoring.engine.prober import Prober


def poll(is_over: Callable[[], bool]) -> None:
    """Poll in this thread until it is over."""
    prober = Prober(f"{socket.gethostname()}-{os.getpid()}", guard())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(prober.run(is_over))


def guard() -> Guard:
    """What monitors may reach here: never our own database and broker."""
    database = settings.DATABASES["default"]
    doors = [(str(database.get("HOST") or ""), int(str(database.get("PORT") or 5432)))]
    broker = urlsplit(str(settings.CELERY_BROKER_URL))
    if broker.scheme in {"redis", "rediss"} and broker.hostname:
        doors.append((broker.hostname, broker.port or 6379))
    return Guard.of(
        settings.MONITOR_CIDRS,
        [(host, port) for host, port in doors if host and not host.startswith("/")],
    )
