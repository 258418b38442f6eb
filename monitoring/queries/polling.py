"""What a prober must know of the monitors of its shards."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

# Whether anything changed, without reading it: each change adds to a version.
FINGERPRINT = """
    SELECT count(*), coalesce(sum(version), 0), coalesce(max(number), 0)
      FROM monitoring_monitor
     WHERE shard = ANY(%s) AND is_enabled AND kind <> 'passive'
"""
VERSIONS = """
    SELECT number, version FROM monitoring_monitor
     WHERE shard = ANY(%s) AND is_enabled AND kind <> 'passive'
"""
WATCHED = """
    SELECT monitor.number, monitor.id, monitor.version, monitor.shard, monitor.kind,
           monitor.target, monitor.interval_ms, monitor.retry_interval_ms,
           monitor.timeout_ms, newest.slot, seen.at
      FROM monitoring_monitor monitor
      LEFT JOIN LATERAL (
           SELECT slot FROM monitoring_checkresult
            WHERE monitor_number = monitor.number AND location = 0
            ORDER BY slot DESC LIMIT 1) newest ON true
      LEFT JOIN LATERAL (
           SELECT slot + make_interval(secs => late_ms / 1000.0) AS at
             FROM monitoring_checkresult
            WHERE monitor_number = monitor.number AND location = 0 AND outcome <> 2
              AND NOT is_ignored
            ORDER BY slot DESC LIMIT 1) seen ON true
     WHERE monitor.is_enabled AND monitor.kind <> 'passive'
       AND {condition}
"""
BY_SHARD = WATCHED.format(condition="monitor.shard = ANY(%s)")
BY_NUMBER = WATCHED.format(condition="monitor.number = ANY(%s)")


class Due(NamedTuple):
    """A monitor as a prober sees it, with its newest recorded slot and evidence."""

    number: int
    id: UUID
    version: int
    shard: int
    kind: str
    target: dict[str, Any]
    interval_ms: int
    retry_interval_ms: int
    timeout_ms: int
    last_slot: datetime | None
    last_seen: datetime | None


def fingerprint(shards: Collection[int]) -> tuple[int, int, int]:
    """Changes when a polled monitor of the shards is added, changed or taken away."""
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT, [list(shards)])
        count, versions, newest = cursor.fetchone()
        return count, versions, newest


def versions(shards: Collection[int]) -> dict[int, int]:
    """The version of each polled monitor of the shards, by number."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [list(shards)])
        return dict(cursor.fetchall())


def watched(*, shards: Collection[int] = (), numbers: Collection[int] = ()) -> list[Due]:
    """The polled monitors of the shards, or those with the numbers."""
    found: list[Due] = []
    for query, wanted in ((BY_SHARD, shards), (BY_NUMBER, numbers)):
        if wanted:
            with connection.cursor() as cursor:
                cursor.execute(query, [list(wanted)])
                found.extend(_due(row) for row in cursor.fetchall())
    return found


def _due(row: tuple[Any, ...]) -> Due:
    due = Due(*row)
    target = due.target if isinstance(due.target, dict) else json.loads(due.target)
    return due._replace(target=target)
