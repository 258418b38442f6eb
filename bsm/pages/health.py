"""Whether the portal lives, and whether it can do its work. Needs no signing in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone

from bsm.models import Beat
from bsm.stack import addresses

WORKER_IS_LATE_AFTER = timedelta(minutes=3)
DISK_IS_FULL_BELOW = 0.05


def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


def readyz(request: HttpRequest) -> JsonResponse:
    """503 while the portal cannot do its work; without its broker or worker it is degraded."""
    needed = {name: _try(check) for name, check in NEEDED.items()}
    helpful = {name: _try(check) for name, check in HELPFUL.items()}
    is_ready, is_whole = all(needed.values()), all(helpful.values())
    word = "unready" if not is_ready else "ready" if is_whole else "degraded"
    return JsonResponse(
        {"status": word, "parts": needed | helpful}, status=200 if is_ready else 503
    )


def part(request: HttpRequest, name: str) -> JsonResponse:
    """One part alone, for the portal's own monitors: 200 when it works, else 503."""
    check = PARTS.get(name)
    if check is None:
        raise Http404
    works = _try(check)
    response = JsonResponse({"part": name, "works": works}, status=200 if works else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # an answer, not a fault
    return response


def _try(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError):
        return False


def _web() -> bool:
    return True


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_is_in_recovery()")
        return bool(cursor.fetchone()[0])


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _disk() -> bool:
    usage = shutil.disk_usage(addresses.home() if addresses.home().exists() else "/")
    return usage.free / usage.total > DISK_IS_FULL_BELOW


def _broker() -> bool:
    client = redis.Redis.from_url(
        addresses.cache_url(), socket_timeout=2, socket_connect_timeout=2
    )
    try:
        return bool(client.ping())
    finally:
        client.close()


def _worker() -> bool:
    late = timezone.now() - WORKER_IS_LATE_AFTER
    return Beat.objects.filter(name="worker", seen_at__gt=late).exists()


NEEDED = {"database": _database, "migrations": _migrations, "disk": _disk}
HELPFUL = {"broker": _broker, "worker": _worker}
PARTS = {"web": _web, "database": _database, "broker": _broker, "worker": _worker}
