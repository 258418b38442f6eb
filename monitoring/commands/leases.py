"""Who polls what: shards leased to probers, with tokens that fence off the late.

Time is the database's clock throughout.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from monitoring.models.monitor import SHARDS

TTL_SECONDS = 6.0
FORGET_SECONDS = 86_400

ALL_SHARDS = """
    INSERT INTO monitoring_shard (number, owner, token, lease_until)
    SELECT n, '', 0, 'epoch' FROM generate_series(0, %s) n ON CONFLICT DO NOTHING
"""
GREET = """
    INSERT INTO monitoring_prober (name, seen_at, telemetry)
    VALUES (%(name)s, clock_timestamp(), %(telemetry)s)
    ON CONFLICT (name) DO UPDATE
       SET seen_at = clock_timestamp(), telemetry = excluded.telemetry
"""
LIVE = """
    SELECT count(*) FROM monitoring_prober
     WHERE seen_at > clock_timestamp() - make_interval(secs => %s)
"""
TAKE = """
    UPDATE monitoring_shard
       SET owner = %(name)s, token = token + 1,
           lease_until = clock_timestamp() + make_interval(secs => %(ttl)s)
     WHERE number IN (
           SELECT number FROM monitoring_shard
            WHERE lease_until < clock_timestamp() AND NOT number = ANY(%(mine)s)
            ORDER BY number LIMIT %(wanted)s FOR UPDATE SKIP LOCKED)
    RETURNING number, token
"""
# Renews and fences in one statement: a shard whose token moved on is not returned.
RENEW = """
    UPDATE monitoring_shard shard
       SET lease_until = clock_timestamp() + make_interval(secs => %(ttl)s)
      FROM unnest(%(numbers)s::int[], %(tokens)s::bigint[]) AS held(number, token)
     WHERE shard.number = held.number AND shard.token = held.token
    RETURNING shard.number
"""
HAND_BACK = """
    UPDATE monitoring_shard shard SET owner = '', lease_until = 'epoch'
      FROM unnest(%(numbers)s::int[], %(tokens)s::bigint[]) AS held(number, token)
     WHERE shard.number = held.number AND shard.token = held.token
"""
FORGET = """
    DELETE FROM monitoring_prober
     WHERE seen_at < clock_timestamp() - make_interval(secs => %s)
"""


def ensure_shards() -> None:
    """Make the shards, if somebody emptied the tables; forget probers long gone."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_SHARDS, [SHARDS - 1])
        cursor.execute(FORGET, [FORGET_SECONDS])


def live_probers() -> int:
    """How many probers were heard of within a lease's time."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [TTL_SECONDS])
        return int(cursor.fetchone()[0])


def fair_share(name: str, telemetry: Mapping[str, Any]) -> int:
    """Report to be alive; answers how many shards are this prober's part."""
    with connection.cursor() as cursor:
        cursor.execute(GREET, {"name": name, "telemetry": json.dumps(dict(telemetry))})
    return -(-SHARDS // max(1, live_probers()))


def take_shards(name: str, *, mine: Collection[int], wanted: int) -> dict[int, int]:
    """Lease up to that many free shards; answers the token of each."""
    if wanted <= 0:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE, {"name": name, "ttl": TTL_SECONDS, "mine": list(mine), "wanted": wanted}
        )
        return dict(cursor.fetchall())


def renew(tokens: Mapping[int, int]) -> set[int]:
    """Prolong the leases; answers the shards that are still held."""
    if not tokens:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(RENEW, _held(tokens) | {"ttl": TTL_SECONDS})
        return {row[0] for row in cursor.fetchall()}


def hand_back(tokens: Mapping[int, int]) -> None:
    """Give shards up before their lease ends, so that others need not wait for it."""
    if tokens:
        with connection.cursor() as cursor:
            cursor.execute(HAND_BACK, _held(tokens))


def leave(name: str) -> None:
    """The prober ends: it no longer counts for the fair share."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM monitoring_prober WHERE name = %s", [name])


def _held(tokens: Mapping[int, int]) -> dict[str, list[int]]:
    return {"numbers": list(tokens), "tokens": list(tokens.values())}
