"""The state machine: the worked cases, and its laws."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.machine import (
    LEVEL,
    Evidence,
    Machine,
    Rules,
    Spell,
    expire,
    refreshed,
    restart_at,
    run,
    step,
    timeline,
    turned,
)
from monitoring.domain.simulation import Unsupported, simulate
from monitoring.domain.status import STATE_OF_SEVERITY, State

FILE = Path(django_settings.BASE_DIR).parent / "shared" / "spec" / "monitoring_cases.json"
CASES = json.loads(FILE.read_text())["cases"] if FILE.exists() else []
START = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERED = {
    "intervals",
    "decided",
    "effective",
    "incidents",
    "flapping",
    "seconds",
    "availability",
}


@pytest.mark.skipif(not CASES, reason=f"NOT TESTED: the worked cases are not here ({FILE})")
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_worked_cases(case):
    given_case = {name: value for name, value in case.items() if name != "expect"}
    try:
        answer = simulate(given_case)
    except Unsupported as refused:
        pytest.skip(f"NOT TESTED, the rule is not built yet: {refused}")
    expected = {name: case["expect"][name] for name in ANSWERED}
    assert answer == expected


def test_most_of_the_worked_cases_that_need_no_other_rule_are_answered():
    if not CASES:
        pytest.skip(f"NOT TESTED: the worked cases are not here ({FILE})")
    answered = 0
    for case in CASES:
        try:
            simulate(case)
        except Unsupported:
            continue
        answered += 1
    assert answered >= 23


rules = st.builds(
    Rules,
    confirm_down=st.integers(1, 4),
    confirm_degraded=st.integers(1, 4),
    confirm_up=st.integers(1, 3),
    stale_after=st.sampled_from([None, timedelta(minutes=2), timedelta(minutes=5)]),
)
gaps = st.lists(
    st.tuples(st.sampled_from([1, 1, 1, 2, 3, 6]), st.integers(0, 2)), min_size=1, max_size=25
)


def evidence_of(told):
    minute, pieces = 0, []
    for gap, severity in told:
        minute += gap
        instant = START + timedelta(minutes=minute)
        pieces.append(Evidence(instant, severity, instant))
    return pieces


def states_by_the_book(pieces, rules, as_of):
    """R2 to R7 read aloud over the whole history, without any machine."""
    spells = [(State.UNKNOWN, START)]
    last_known, session = State.UNKNOWN, []
    for n, piece in enumerate(pieces):
        before = pieces[n - 1].observed_at if n else None
        stale = rules.stale_after
        if before and stale and piece.observed_at - before > stale:
            session = []
            if spells[-1][0] is not State.UNKNOWN:
                spells.append((State.UNKNOWN, before + stale))
        session.append(piece)
        state = spells[-1][0]
        level = LEVEL.get(state, -1)

        def length(fits, session=session):
            count = 0
            for one in reversed(session):
                if not fits(one.severity):
                    break
                count += 1
            return count

        worse = [
            (target, n)
            for target, needed in ((2, rules.confirm_down), (1, rules.confirm_degraded))
            if target > level and (n := length(lambda s, t=target: s >= t)) >= needed
        ]
        better_to = [0, 1] if level >= 0 else [0]
        needed_up = rules.confirm_up if level >= 0 or last_known is State.DOWN else 1
        better = [
            (target, n)
            for target in better_to
            if (target < level or level < 0)
            and (n := length(lambda s, t=target: s <= t)) >= needed_up
        ]
        decided = (worse or better or [None])[0]
        if decided is None:
            continue
        target, count = decided
        start = session[-count].observed_at
        spells = [spell for spell in spells if spell[1] < start]
        spells.append((STATE_OF_SEVERITY[target], start))
        last_known = STATE_OF_SEVERITY[target]
    stale = rules.stale_after
    if stale and as_of - pieces[-1].observed_at > stale and spells[-1][0] is not State.UNKNOWN:
        spells.append((State.UNKNOWN, pieces[-1].observed_at + stale))
    return spells


@given(told=gaps, rules=rules, later=st.integers(0, 10))
def test_step_by_step_is_what_the_rules_say_of_the_whole(told, rules, later):
    pieces = evidence_of(told)
    as_of = pieces[-1].observed_at + timedelta(minutes=later)
    _, spells = timeline(Machine.new(START), pieces, rules, now=as_of)
    assert [(spell.state, spell.start) for spell in spells] == states_by_the_book(
        pieces, rules, as_of
    )


@given(told=gaps, rules=rules)
def test_spells_follow_one_another_without_gap_and_none_is_empty(told, rules):
    _, spells = timeline(Machine.new(START), evidence_of(told), rules, now=START)
    assert spells[0].start == START or spells[0].start == evidence_of(told)[0].observed_at
    for earlier, later in pairwise(spells):
        assert earlier.end == later.start
        assert earlier.start < earlier.end
    assert spells[-1].end is None


@given(told=gaps, rules=rules)
def test_a_machine_that_was_written_down_goes_on_as_if_it_never_was(told, rules):
    pieces = evidence_of(told)
    half = len(pieces) // 2
    machine, first = run(Machine.new(START), pieces[:half], rules)
    read = Machine.from_json(json.loads(json.dumps(machine.to_json())))
    assert read == machine
    _, second = run(read, pieces[half:], rules)
    assert first + second == run(Machine.new(START), pieces, rules)[1]


@given(told=gaps, rules=rules)
def test_replay_from_where_no_run_is_open_gives_the_same(told, rules):
    pieces = evidence_of(told)
    at = restart_at(pieces, rules)
    if at is None:
        return
    before, _ = run(Machine.new(START), pieces[: at + 1], rules)
    assert before.is_settled
    assert before.state is STATE_OF_SEVERITY[pieces[at].severity]
    again = refreshed(
        Machine(before.state, before.since, last_known=before.state), pieces[at], rules
    )
    whole, _ = run(Machine.new(START), pieces, rules)
    replayed, _ = run(again, pieces[at + 1 :], rules)
    assert (replayed.state, replayed.since) == (whole.state, whole.since)


@given(told=gaps, rules=rules)
def test_the_machine_stays_small_however_long_the_history(told, rules):
    machine, _ = run(Machine.new(START), evidence_of(told * 3), rules)
    assert len(machine.tail) <= rules.longest_run


def test_the_true_start_lies_after_the_last_contrary_check():
    pieces = evidence_of([(1, 0), (1, 2), (1, 2), (1, 2)])
    _, changes = run(Machine.new(START), pieces, Rules())
    down = changes[-1]
    assert (down.last_contrary_at, down.starts_at, down.decided_at) == (
        pieces[0].observed_at,
        pieces[1].observed_at,
        pieces[3].observed_at,
    )


def test_evidence_exactly_at_the_end_of_freshness_is_in_time():
    rules = Rules(stale_after=timedelta(minutes=2))
    pieces = evidence_of([(1, 0), (2, 0)])
    _, changes = run(Machine.new(START), pieces, rules)
    assert [change.state for change in changes] == [State.UP]
    machine, _ = step(Machine.new(START), pieces[0], rules)
    deadline = pieces[0].observed_at + timedelta(minutes=2)
    assert expire(machine, deadline) == (machine, ())
    assert expire(machine, deadline + timedelta(microseconds=1))[1][0].starts_at == deadline


def test_an_imported_state_is_believed_at_once_and_holds_until_it_is_told_otherwise():
    until = START + timedelta(days=3)
    pieces = [
        Evidence(START, 0, START, until),
        Evidence(START + timedelta(days=1), 2, START, until),
    ]
    _, spells = timeline(Machine.new(START), pieces, Rules(), now=START + timedelta(days=10))
    assert [(spell.state, spell.start) for spell in spells] == [
        (State.UP, START),
        (State.DOWN, START + timedelta(days=1)),
        (State.UNKNOWN, until),
    ]


def test_a_spell_that_is_left_empty_disappears():
    _, changes = run(
        Machine.new(START),
        evidence_of([(1, 0), (1, 2), (1, 2), (1, 2)]),
        Rules(confirm_degraded=2),
    )
    assert [change.state for change in changes] == [State.UP, State.DEGRADED, State.DOWN]
    spells = turned([Spell(State.UNKNOWN, START, None, START, None)], changes)
    assert [spell.state for spell in spells] == [State.UNKNOWN, State.UP, State.DOWN]
