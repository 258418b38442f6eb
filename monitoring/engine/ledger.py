"""A prober's talk with the database: one thread, one exchange a second."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from monitoring import queries
from monitoring.commands import ensure_partitions, leases
from monitoring.commands.polled import Flushed, Polled, flush
from monitoring.engine.clock import instant
from monitoring.models.monitor import SHARDS
from monitoring.queries import Due

CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8 * 1000"
TEND_SECONDS = 600


@dataclass(slots=True)
class Order:
    """What the prober wants done."""

    tokens: dict[int, int]
    batch: Sequence[Polled]
    last_seen: Mapping[int, datetime]
    known: Mapping[int, int]
    give_up: dict[int, int]
    telemetry: Mapping[str, Any]


@dataclass(slots=True)
class Exchange:
    """What came of it."""

    database_ms: float
    before: float
    after: float
    flushed: Flushed
    fair: int
    taken: dict[int, int] = field(default_factory=dict)
    changed: list[Due] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)


class Ledger:
    """To be used from one thread only; its connection belongs to that thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fingerprint: tuple[int, int, int] | None = None
        self._tended_at: float | None = None

    def exchange(self, order: Order) -> Exchange:
        """Flush, renew, hand back, take, and look for changed monitors."""
        connection.close_if_unusable_or_obsolete()
        before = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(CLOCK)
            database_ms = cursor.fetchone()[0]
        after = time.monotonic()
        now = instant(int(database_ms))
        self._tend(now, after)
        flushed = flush(order.tokens, order.batch, order.last_seen, now=now)
        leases.hand_back(order.give_up)
        fair = leases.fair_share(self.name, order.telemetry)
        held = flushed.held - set(order.give_up)
        taken = leases.take_shards(
            self.name, mine=flushed.held, wanted=min(fair - len(held), SHARDS)
        )
        result = Exchange(database_ms, before, after, flushed, fair, taken)
        self._look_for_changes(held | set(taken), taken, order, result)
        return result

    def leave(self, tokens: Mapping[int, int]) -> None:
        """Hand everything back."""
        leases.hand_back(tokens)
        leases.leave(self.name)

    def close(self) -> None:
        connection.close()

    def _tend(self, now: datetime, monotonic: float) -> None:
        if self._tended_at is not None and monotonic - self._tended_at < TEND_SECONDS:
            return
        leases.ensure_shards()
        ensure_partitions(now=now)
        self._tended_at = monotonic

    def _look_for_changes(
        self, held: set[int], taken: Mapping[int, int], order: Order, result: Exchange
    ) -> None:
        found = queries.fingerprint(held)
        if found == self._fingerprint and not taken:
            return
        current = queries.versions(held)
        changed = [n for n, version in current.items() if order.known.get(n) != version]
        result.changed = queries.watched(numbers=changed)
        result.gone = set(order.known) - set(current)
        self._fingerprint = found
