"""What is due next: a heap of slots, filled from the ids of monitors, nothing stored."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitoring.domain.slots import catch_up, newest_slot, phase_ms
from monitoring.domain.target import HttpTarget, TcpTarget, http_target, tcp_target
from monitoring.engine.clock import milliseconds
from monitoring.models import MonitorKind
from monitoring.queries import Due

RETRY_APART_MS = 500  # a retry this close to a slot of the grid is left to the grid


@dataclass(slots=True)
class Watch:
    """A monitor in the hands of a prober."""

    number: int
    version: int
    shard: int
    target: HttpTarget | TcpTarget
    interval_ms: int
    phase_ms: int
    retry_ms: int
    timeout_ms: int
    last_slot: int | None
    last_seen: datetime | None
    started_ms: int = 0
    ended_ms: int = 0
    is_busy: bool = False

    @classmethod
    def of(cls, due: Due) -> Watch:
        is_http = due.kind == MonitorKind.HTTP
        return cls(
            number=due.number,
            version=due.version,
            shard=due.shard,
            target=http_target(due.target) if is_http else tcp_target(due.target),
            interval_ms=due.interval_ms,
            phase_ms=phase_ms(due.id, due.interval_ms),
            retry_ms=due.retry_interval_ms,
            timeout_ms=due.timeout_ms,
            last_slot=milliseconds(due.last_slot) if due.last_slot else None,
            last_seen=due.last_seen,
        )


class Schedule:
    """The watches of the shards that are held, each with its next slot."""

    def __init__(self) -> None:
        self.watches: dict[int, Watch] = {}
        self.holes = 0
        self._heap: list[tuple[int, int, int]] = []  # due, number, version

    def put(self, watch: Watch, now_ms: int) -> None:
        """Begin, or go on after a pause: at most the newest missed slot is run (R18)."""
        self.watches[watch.number] = watch
        plan = catch_up(
            now_ms, watch.last_slot, interval=watch.interval_ms, phase=watch.phase_ms
        )
        self.holes += plan.missed
        self._push(watch, plan.next if plan.run is None else plan.run)

    def drop(self, number: int) -> None:
        self.watches.pop(number, None)

    def drop_shards(self, shards: set[int]) -> None:
        for number in [n for n, watch in self.watches.items() if watch.shard in shards]:
            del self.watches[number]

    def rebuild(self, now_ms: int) -> None:
        """Lay the slots out anew, after the clock was stepped."""
        self._heap.clear()
        for watch in list(self.watches.values()):
            self.put(watch, now_ms)

    def retry(self, number: int, now_ms: int) -> None:
        """While in doubt, ask again sooner: after the retry interval, and not before the
        check under way has ended (R20). The grid goes on beside it."""
        watch = self.watches.get(number)
        if watch is None or watch.is_busy:
            return
        due = max(watch.started_ms + watch.retry_ms, watch.ended_ms, now_ms)
        grid = newest_slot(now_ms, interval=watch.interval_ms, phase=watch.phase_ms)
        if due < grid + watch.interval_ms - RETRY_APART_MS:
            self._push(watch, due)

    def due(self, now_ms: int) -> Iterator[tuple[Watch, int]]:
        """The watches whose slot has come, each with it; what is overdue by an interval or
        more is skipped to the newest slot."""
        while self._heap and self._heap[0][0] <= now_ms:
            due, number, version = heapq.heappop(self._heap)
            watch = self.watches.get(number)
            if watch is None or watch.version != version:
                continue
            newest = newest_slot(now_ms, interval=watch.interval_ms, phase=watch.phase_ms)
            is_grid = (due - watch.phase_ms) % watch.interval_ms == 0
            if is_grid:
                self.holes += (newest - due) // watch.interval_ms
                due = newest
                self._push(watch, newest + watch.interval_ms)
            if not watch.is_busy and (watch.last_slot is None or watch.last_slot < due):
                yield watch, due

    def next_ms(self) -> int | None:
        return self._heap[0][0] if self._heap else None

    def _push(self, watch: Watch, due: int) -> None:
        heapq.heappush(self._heap, (due, watch.number, watch.version))
