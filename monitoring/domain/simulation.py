"""Trying the rules: a history in, the states, incidents and availability out; nothing saved.

The rules of overlays, quorum, heartbeats, alerts and flapping are not in the machine yet;
a case that needs them is refused rather than answered wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from monitoring.domain.incidents import Occurrence, follow
from monitoring.domain.machine import Change, Evidence, Machine, Rules, Spell, timeline
from monitoring.domain.status import SEVERITY, Outcome, State

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DEFAULTS: dict[str, Any] = {
    "interval": 60,
    "timeout": 10,
    "confirm_down": 3,
    "confirm_degraded": 3,
    "confirm_up": 1,
    "stale_after": None,
    "quorum": None,
    "reopen_window": 600,
    "late_horizon": 900,
    "flap_window": 3600,
    "flap_hi": 6,
    "flap_settle": 1800,
    "incident_on_degraded": False,
    "parent_grace": 120,
}
OUTCOMES = {outcome.name.lower(): outcome for outcome in Outcome}
NOT_YET = (
    "locations",
    "pings",
    "alerts",
    "maintenance",
    "paused",
    "corrections",
    "parent_down",
)


class Unsupported(Exception):
    """The case needs a rule that the machine does not have."""


@dataclass(frozen=True, slots=True)
class Result:
    """One check of the case; seconds after the epoch."""

    at: float
    outcome: Outcome
    arrived: float


def simulate(case: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a case. Raises Unsupported for what cannot be tried yet."""
    config = DEFAULTS | dict(case.get("config") or {})
    _refuse_the_unsupported(case, config)
    results = _recorded(case.get("results") or ())
    evidence = _evidence(results, late_horizon=config["late_horizon"])
    created = case.get("created")
    first = min((result.at for result in results), default=0)
    start = Machine.new(_instant(first if created is None else created))
    as_of = _instant(case["as_of"])
    _, spells = timeline(start, evidence, _rules(config), now=as_of)
    spells = [spell for spell in spells if spell.start < as_of]
    _refuse_flapping(spells, config)
    intervals = [
        [str(spell.state), _seconds(spell.start), _seconds(min(spell.end or as_of, as_of))]
        for spell in spells
    ]
    seconds = _summed(intervals)
    return {
        "intervals": intervals,
        "decided": [[str(spell.state), _seconds(spell.decided_at)] for spell in spells],
        "effective": intervals,
        "incidents": _incidents(spells, timedelta(seconds=config["reopen_window"])),
        "flapping": [],
        "seconds": seconds,
        "availability": _availability(seconds),
    }


def _refuse_the_unsupported(case: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    needed = [name for name in NOT_YET if case.get(name)]
    if config["incident_on_degraded"]:
        needed.append("incident_on_degraded")
    if needed:
        raise Unsupported(f"{needed[0]} cannot be simulated yet")


def _refuse_flapping(spells: Sequence[Spell], config: Mapping[str, Any]) -> None:
    known = [spell for spell in spells if spell.state is not State.UNKNOWN]
    turns = sorted(
        later.decided_at
        for earlier, later in pairwise(known)
        if (earlier.state is State.DOWN) != (later.state is State.DOWN)
    )
    window, many = timedelta(seconds=config["flap_window"]), config["flap_hi"]
    for first, last in zip(turns, turns[many - 1 :], strict=False):
        if last - first <= window:
            raise Unsupported("flapping cannot be simulated yet")


def _recorded(results: Sequence[Mapping[str, Any]]) -> list[Result]:
    """Each slot once, in the order of arrival: the first recording wins (R1)."""
    told = [
        Result(row["t"], OUTCOMES[row["s"]], row.get("arrived", row["t"])) for row in results
    ]
    told.sort(key=lambda result: result.arrived)
    first: dict[float, Result] = {}
    for result in told:
        first.setdefault(result.at, result)
    return list(first.values())


def _evidence(results: Sequence[Result], *, late_horizon: float) -> list[Evidence]:
    """What counts, oldest first; out of order and beyond the horizon does not (R8)."""
    newest = float("-inf")
    counted = []
    for result in results:
        if result.outcome is Outcome.ERROR:
            continue
        if result.at < newest and result.arrived - result.at > late_horizon:
            continue
        newest = max(newest, result.at)
        counted.append(
            Evidence(_instant(result.at), SEVERITY[result.outcome], _instant(result.arrived))
        )
    return sorted(counted, key=lambda piece: piece.observed_at)


def _rules(config: Mapping[str, Any]) -> Rules:
    stale_after = config["stale_after"]
    if stale_after is None:
        stale_after = 2 * config["interval"] + config["timeout"]
    return Rules(
        confirm_down=config["confirm_down"],
        confirm_degraded=config["confirm_degraded"],
        confirm_up=config["confirm_up"],
        stale_after=timedelta(seconds=stale_after),
    )


def _incidents(spells: Sequence[Spell], reopen_window: timedelta) -> list[dict[str, Any]]:
    told: list[tuple[Occurrence, list[list[Any]]]] = []
    for spell in spells:
        change = Change(spell.state, spell.start, spell.decided_at, spell.last_contrary_at)
        last = told[-1][0] if told else None
        now = follow(last, change, reopen_window=reopen_window)
        if now is None:
            continue
        if last is None or now.started_at != last.started_at:
            told.append((now, [["opened", _seconds(now.opened_at)]]))
            continue
        notices = told[-1][1]
        if now.closed_at is None:
            notices.append(["reopened", _seconds(change.decided_at)])
        elif change.decided_at < now.opened_at:
            # Over before it was known: one note, no alarm (R15).
            notices[:] = [["retroactive", _seconds(now.opened_at)]]
        else:
            notices.append(["resolved", _seconds(now.closed_at)])
        told[-1] = (now, notices)
    return [_told(incident, notices) for incident, notices in told]


def _told(incident: Occurrence, notices: list[list[Any]]) -> dict[str, Any]:
    return {
        "started_at": _seconds(incident.started_at),
        "opened_at": _seconds(incident.opened_at),
        "severity": "critical",
        "occurrences": incident.occurrences,
        "resolved_at": _seconds(incident.resolved_at) if incident.resolved_at else None,
        "closed_at": _seconds(incident.closed_at) if incident.closed_at else None,
        "notify": notices,
    }


def _summed(intervals: Sequence[Sequence[Any]]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for state, start, end in intervals:
        seconds[state] = seconds.get(state, 0) + end - start
    return seconds


def _availability(seconds: Mapping[str, float]) -> dict[str, float | None]:
    """R16: degraded is available; unknown is left out, counted against, counted for."""
    good = seconds.get(State.UP, 0) + seconds.get(State.DEGRADED, 0)
    down, unknown = seconds.get(State.DOWN, 0), seconds.get(State.UNKNOWN, 0)
    return {
        "unknown_excluded": _percent(good, good + down),
        "unknown_as_down": _percent(good, good + down + unknown),
        "unknown_as_up": _percent(good + unknown, good + down + unknown),
    }


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 6) if whole else None


def _instant(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def _seconds(instant: datetime) -> float:
    seconds = (instant - EPOCH).total_seconds()
    return int(seconds) if seconds.is_integer() else seconds
