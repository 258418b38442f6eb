"""The health of every node over time, from what each node said of itself over time.

One sweep over the instants at which anything changed. At each, only what changed and the
parents of what changed are solved again, lowest level first; a node that comes out as it
was stops the wave. So no state is ever shown that did not follow from all that is known.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from bsm.kernel.intervals import Interval
from impact.domain.graph import Graph, children
from impact.domain.health import FULL, Health, Own, Signal, solve_component
from impact.domain.labels import TOP
from impact.domain.root_cause import NONE, Causes, causes_of

# For its parents such a node is assumed well, as one that never was watched.
UNWATCHED = Health(None, 0, TOP, None, is_spared=True)


class Situation(NamedTuple):
    """How a node stands. Of a node with nothing watched in its cone, nothing is said."""

    health: Health = FULL
    causes: Causes = NONE
    is_watched: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A node stood so from `start` until `end`, which is None while it lasts."""

    start: datetime
    end: datetime | None
    health: Health
    causes: Causes = NONE

    def is_like(self, other: State) -> bool:
        return self.health == other.health and self.causes == other.causes


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sweep goes by.

    `signals` and `works` (planned) belong to nodes to be solved; `given` are the finished
    histories of children that lie outside, each until the end of the sweep.
    """

    signals: Mapping[str, Sequence[tuple[Interval, Own]]]
    works: Mapping[str, Sequence[Interval]] = field(default_factory=dict)
    given: Mapping[str, Sequence[State]] = field(default_factory=dict)


def histories(graph: Graph, evidence: Evidence, within: Interval) -> dict[str, list[State]]:
    """The contiguous states of each node that is not given, the last one without an end.

    A node's history starts when something in its cone is first watched: before, nobody
    knew. After its first signal, silence is unknown.
    """
    sweep = _Sweep(graph, evidence)
    changes = _changes(evidence, within)
    sweep.apply(changes.pop(within.start, []))
    sweep.solve_everything(within.start)
    for instant in sorted(changes):
        sweep.apply(changes[instant])
        sweep.solve_what_changed(instant)
    return sweep.states


def stitched(before: Sequence[State], after: Sequence[State], at: datetime) -> list[State]:
    """The history that is kept up to `at` and replaced from there on.

    A node that was watched once and is not any more has no data from then on.
    """
    kept = [
        state if state.end is not None and state.end <= at else replace(state, end=at)
        for state in before
        if state.start < at
    ]
    begins = after[0].start if after else None
    if kept and begins != at:
        after = [State(at, begins, UNWATCHED), *after]
    if kept and kept[-1].is_like(after[0]):
        return [*kept[:-1], replace(kept[-1], end=after[0].end), *after[1:]]
    return [*kept, *after]


class _Own(NamedTuple):
    node: str
    own: Own


class _Work(NamedTuple):
    node: str
    is_running: bool


class _Given(NamedTuple):
    node: str
    situation: Situation


_Change = _Own | _Work | _Given


def _changes(evidence: Evidence, within: Interval) -> dict[datetime, list[_Change]]:
    changes: defaultdict[datetime, list[_Change]] = defaultdict(list)
    for node, spans in evidence.signals.items():
        # An end comes before the start that may follow it at the same instant.
        for span, own in sorted(spans, key=lambda pair: pair[0]):
            changes[max(span.start, within.start)].append(_Own(node, own))
            if span.end < within.end:
                changes[span.end].append(_Own(node, "unknown"))
    for node, works in evidence.works.items():
        for work in works:
            changes[max(work.start, within.start)].append(_Work(node, is_running=True))
            if work.end < within.end:
                changes[work.end].append(_Work(node, is_running=False))
    for node, states in evidence.given.items():
        for state in states:
            if state.end is not None and state.end <= within.start:
                continue
            told = Situation(state.health, state.causes, is_watched=True)
            if state.health == UNWATCHED:
                told = Situation()
            changes[max(state.start, within.start)].append(_Given(node, told))
            if state.end is not None and state.end < within.end:
                # Overruled by the state that follows, if one does: its change comes later.
                changes[state.end].append(_Given(node, Situation()))
    return changes


class _Sweep:
    """The nodes as they stand at the instant that the sweep has reached."""

    def __init__(self, graph: Graph, evidence: Evidence) -> None:
        self.graph = graph
        self.given = frozenset(evidence.given)
        self.signals: dict[str, Signal] = {}
        self.solved: dict[str, Health] = dict.fromkeys(graph.shape, FULL)
        self.causes: dict[str, Causes] = dict.fromkeys(graph.shape, NONE)
        self.watched: set[str] = set()
        self.states: dict[str, list[State]] = {
            node: [] for node in graph.shape if node not in self.given
        }
        self.waiting: list[tuple[int, int]] = []
        self.is_waiting: set[int] = set()

    def apply(self, changes: list[_Change]) -> None:
        for change in changes:
            node = change.node
            signal = self.signals.get(node, Signal())
            if isinstance(change, _Given):
                self._take(node, change.situation)
                self._wake_parents(node)
                continue
            if isinstance(change, _Own):
                self.signals[node] = signal._replace(own=change.own)
            else:
                self.signals[node] = signal._replace(is_in_maintenance=change.is_running)
            self._wake(self.graph.component_of[node])

    def solve_everything(self, instant: datetime) -> None:
        for component in range(len(self.graph.components)):
            self._wake(component)
        self.solve_what_changed(instant)

    def solve_what_changed(self, instant: datetime) -> None:
        while self.waiting:
            _, component = heapq.heappop(self.waiting)
            self.is_waiting.discard(component)
            nodes = [n for n in self.graph.components[component] if n not in self.given]
            before = {node: self._situation(node) for node in nodes}
            if nodes:
                solve_component(self.graph, component, self.signals, self.solved)
                self._explain(nodes)
            for node in nodes:
                now = self._situation(node)
                self._note(node, now, instant)
                if now != before[node]:
                    self._wake_parents(node)

    def _explain(self, nodes: list[str]) -> None:
        self.causes.update(dict.fromkeys(nodes, NONE))
        self.watched.difference_update(nodes)
        is_settled = False
        while not is_settled:  # a second time only in circles
            is_settled = True
            for node in nodes:
                groups = self.graph.shape[node]
                signal = self.signals.get(node, Signal())
                if node not in self.watched and self._is_seen(node, signal):
                    self.watched.add(node)
                    is_settled = len(nodes) == 1
                causes = causes_of(node, groups, signal, self.solved, self.causes)
                if causes != self.causes[node]:
                    self.causes[node] = causes
                    is_settled = len(nodes) == 1

    def _is_seen(self, node: str, signal: Signal) -> bool:
        below = children(self.graph.shape, node)
        return signal.own is not None or not self.watched.isdisjoint(below)

    def _note(self, node: str, now: Situation, instant: datetime) -> None:
        states = self.states[node]
        if not now.is_watched and not states:
            return
        health = now.health if now.is_watched else UNWATCHED
        state = State(instant, None, health, now.causes)
        if states and states[-1].is_like(state):
            return
        if states:
            states[-1] = replace(states[-1], end=instant)
        states.append(state)

    def _situation(self, node: str) -> Situation:
        return Situation(self.solved[node], self.causes[node], node in self.watched)

    def _take(self, node: str, situation: Situation) -> None:
        self.solved[node], self.causes[node] = situation.health, situation.causes
        if situation.is_watched:
            self.watched.add(node)
        else:
            self.watched.discard(node)

    def _wake_parents(self, node: str) -> None:
        for parent in self.graph.parents[node]:
            self._wake(self.graph.component_of[parent])

    def _wake(self, component: int) -> None:
        if component not in self.is_waiting:
            self.is_waiting.add(component)
            heapq.heappush(self.waiting, (self.graph.level[component], component))
