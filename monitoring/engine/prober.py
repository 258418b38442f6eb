"""The prober: starts what is due, gathers what was found, flushes once a second.

While the database is away polling goes on and results wait in memory; when it is back the
lease decides whether they still count (R22). After a stall of the process itself nothing is
started before the lease is renewed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import DatabaseError

from monitoring.adapters import tcp
from monitoring.adapters.guard import Guard
from monitoring.adapters.http import HttpAsker
from monitoring.commands.leases import TTL_SECONDS
from monitoring.commands.polled import Polled
from monitoring.domain.observation import Observation
from monitoring.domain.slots import TICK_MS
from monitoring.domain.target import HttpTarget
from monitoring.domain.verdict import Answer
from monitoring.engine.clock import Clock, instant
from monitoring.engine.ledger import Exchange, Ledger, Order
from monitoring.engine.schedule import Schedule, Watch

FLUSH_SECONDS = 1.0
IN_FLIGHT = 2_000
KEEP_ROWS = 1_000_000
KEEP_MS = 600_000
PATIENCE_SECONDS = 10.0
LATENESS_KEPT = 10_000

log = logging.getLogger(__name__)


class Prober:
    """One polling process. Any number of them share the monitors fairly."""

    def __init__(self, name: str, guard: Guard) -> None:
        self.name = name
        self.guard = guard
        self.clock = Clock()
        self.schedule = Schedule()
        self.tokens: dict[int, int] = {}
        self.draining: set[int] = set()
        self.counts: Counter[str] = Counter()
        self.lateness_ms: deque[int] = deque(maxlen=LATENESS_KEPT)
        self._ledger = Ledger(name)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._batch: list[Polled] = []
        self._flying: Counter[int] = Counter()  # by shard
        self._tasks: set[asyncio.Task[None]] = set()
        self._renewed_at = -TTL_SECONDS
        self._is_away = False

    async def run(self, is_over: Callable[[], bool]) -> None:
        """Poll until it is over, then hand everything back."""
        self._asker = HttpAsker(asyncio.get_running_loop(), self.guard)
        flushing: asyncio.Task[None] | None = None
        flush_at = time.monotonic()
        try:
            while not is_over():
                if time.monotonic() >= flush_at and (flushing is None or flushing.done()):
                    flush_at = time.monotonic() + FLUSH_SECONDS
                    flushing = asyncio.create_task(self._flush())
                self._start_due()
                await asyncio.sleep(self._until_next_tick())
            if flushing is not None:
                await flushing
            await self._finish()
        finally:
            self._asker.close()
            await self._in_thread(self._ledger.close)
            self._thread.shutdown(wait=False)

    def telemetry(self) -> dict[str, Any]:
        """How it goes, for the page about the portal itself."""
        late = sorted(self.lateness_ms)
        return {
            **self.counts,
            "holes": self.schedule.holes,
            "in_flight": self._flying.total(),
            "monitors": len(self.schedule.watches),
            "shards": len(self.tokens),
            "waiting": len(self._batch),
            "late_p50_ms": late[len(late) // 2] if late else None,
            "late_p99_ms": late[len(late) * 99 // 100] if late else None,
        }

    def _until_next_tick(self) -> float:
        if not self.tokens:
            return TICK_MS / 1000
        now_ms = self.clock.now_ms()
        return (TICK_MS - now_ms % TICK_MS) / 1000

    def _start_due(self) -> None:
        if not self.tokens or time.monotonic() - self._renewed_at > TTL_SECONDS:
            return
        now_ms = self.clock.now_ms()
        for watch, slot_ms in self.schedule.due(now_ms):
            if watch.shard in self.draining or watch.shard not in self.tokens:
                continue
            if self._flying.total() >= IN_FLIGHT:
                self.counts["crowded_out"] += 1
                continue
            self._start(watch, slot_ms)

    def _start(self, watch: Watch, slot_ms: int) -> None:
        started_ms = self.clock.now_ms()
        watch.is_busy = True
        watch.last_slot = slot_ms
        watch.started_ms = started_ms
        token = self.tokens[watch.shard]
        self._flying[watch.shard] += 1
        self.counts["started"] += 1
        self.lateness_ms.append(started_ms - slot_ms)

        def done(answer: Answer) -> None:
            self._take(watch, token, slot_ms, answer)

        if isinstance(watch.target, HttpTarget):
            self._asker.start(watch.target, timeout_ms=watch.timeout_ms, done=done)
            return
        task = asyncio.create_task(self._ask_tcp(watch, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask_tcp(self, watch: Watch, done: Callable[[Answer], None]) -> None:
        if isinstance(watch.target, HttpTarget):
            raise TypeError("an HTTP target is asked by HTTP")
        done(await tcp.ask(watch.target, timeout_ms=watch.timeout_ms, guard=self.guard))

    def _take(self, watch: Watch, token: int, slot_ms: int, answer: Answer) -> None:
        watch.is_busy = False
        watch.ended_ms = self.clock.now_ms()
        self._flying[watch.shard] -= 1
        self.counts[answer.outcome.name.lower()] += 1
        observation = Observation(
            slot=instant(slot_ms),
            outcome=answer.outcome,
            code=answer.code,
            elapsed_us=answer.elapsed_us,
            message=answer.message,
            late_ms=max(0, watch.started_ms - slot_ms),
        )
        self._batch.append(Polled(watch.number, watch.shard, token, observation))

    async def _flush(self) -> None:
        """One exchange with the database. When it fails the batch is kept."""
        batch, self._batch = self._batch, []
        order = self._order(batch)
        asked_at = time.monotonic()
        try:
            exchange = await self._in_thread(self._ledger.exchange, order)
        except DatabaseError as error:
            self._keep(batch)
            if not self._is_away:
                log.warning("the database is away, results wait in memory: %s", error)
            self._is_away = True
            return
        except Exception:
            self._keep(batch)
            log.exception("a flush failed, its results wait in memory")
            return
        self._is_away = False
        self._settle(order, exchange, asked_at)

    def _order(self, batch: list[Polled]) -> Order:
        watches = self.schedule.watches
        numbers = {row.number for row in batch}
        busy = {row.shard for row in batch}
        idle = {
            shard: token
            for shard, token in self.tokens.items()
            if shard in self.draining and shard not in busy and not self._flying[shard]
        }
        return Order(
            tokens=dict(self.tokens),
            batch=batch,
            last_seen={
                number: seen
                for number in numbers
                if (watch := watches.get(number)) and (seen := watch.last_seen)
            },
            known={number: watch.version for number, watch in watches.items()},
            give_up=idle,
            telemetry=self.telemetry(),
        )

    def _settle(self, order: Order, exchange: Exchange, asked_at: float) -> None:
        """Take over what the exchange brought."""
        flushed = exchange.flushed
        stepped = self.clock.set(
            exchange.database_ms, before=exchange.before, after=exchange.after
        )
        now_ms = self.clock.now_ms()
        self._renewed_at = asked_at
        self._remember(order.batch)
        self.counts["recorded"] += flushed.recorded
        self.counts["fenced"] += flushed.fenced
        self.counts["doubled"] += flushed.doubled
        lost = set(order.tokens) - flushed.held | set(order.give_up)
        for shard in lost:
            self.tokens.pop(shard, None)
        self.schedule.drop_shards(lost)
        self.tokens |= exchange.taken
        self.draining = set(sorted(self.tokens)[exchange.fair :])
        for number in exchange.gone:
            self.schedule.drop(number)
        for due in exchange.changed:
            self.schedule.put(self._watch(Watch.of(due)), now_ms)
        if stepped:
            log.warning("the database's clock was stepped; slots are laid out anew")
            self.schedule.rebuild(now_ms)
        for number in flushed.in_doubt:
            self.schedule.retry(number, now_ms)

    def _watch(self, fresh: Watch) -> Watch:
        """A changed monitor keeps what is known of its running check."""
        old = self.schedule.watches.get(fresh.number)
        if old is not None and old.last_slot is not None:
            fresh.last_slot = max(old.last_slot, fresh.last_slot or old.last_slot)
        return fresh

    def _remember(self, batch: Any) -> None:
        for row in batch:
            watch = self.schedule.watches.get(row.number)
            if (
                watch is None
                or row.observation.evidence(arrived_at=row.observation.slot) is None
            ):
                continue
            seen = row.observation.observed_at
            watch.last_seen = max(watch.last_seen, seen) if watch.last_seen else seen

    def _keep(self, batch: list[Polled]) -> None:
        self._batch = [*batch, *self._batch][-KEEP_ROWS:]
        if self.tokens:
            oldest = instant(self.clock.now_ms() - KEEP_MS)
            self._batch = [row for row in self._batch if row.observation.slot >= oldest]

    async def _finish(self) -> None:
        """Wait for what is under way, write it, and hand the shards back."""
        over_at = time.monotonic() + PATIENCE_SECONDS
        while self._flying.total() and time.monotonic() < over_at:
            await asyncio.sleep(TICK_MS / 1000)
        await self._flush()
        try:
            await self._in_thread(self._ledger.leave, dict(self.tokens))
        except DatabaseError as error:
            log.warning("the shards could not be handed back: %s", error)

    async def _in_thread(self, job: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job, *args)
