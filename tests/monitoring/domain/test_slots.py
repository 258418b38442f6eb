"""When a monitor is due."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.slots import catch_up, newest_slot, phase_ms, shard_of

FILE = Path(settings.BASE_DIR).parent / "shared" / "spec" / "monitoring_cases.json"
SCHEDULE = (
    json.loads(FILE.read_text())["schedule"] if FILE.exists() else {"phase": [], "catch_up": []}
)
MONITOR = UUID("6f1c2d9e-0000-4000-8000-000000000001")


def test_the_phase_is_a_function_of_the_id():
    assert phase_ms(MONITOR, 30_000) == phase_ms(str(MONITOR), 30_000) == 25_711


@pytest.mark.skipif(not FILE.exists(), reason=f"NOT TESTED: the cases are not here ({FILE})")
@pytest.mark.parametrize("case", SCHEDULE["phase"])
def test_the_worked_phases(case):
    assert phase_ms(case["monitor"], case["interval_ms"]) == case["phase_ms"]


@pytest.mark.skipif(not FILE.exists(), reason=f"NOT TESTED: the cases are not here ({FILE})")
@pytest.mark.parametrize(
    "case", SCHEDULE["catch_up"], ids=[case["why"] for case in SCHEDULE["catch_up"]]
)
def test_the_worked_ways_to_go_on_after_a_pause(case):
    plan = catch_up(
        case["now"], case["last_slot"], interval=case["interval"], phase=case["phase"]
    )
    assert (plan.run, plan.next, plan.missed) == (case["run"], case["next"], case["missed"])


@given(st.uuids(), st.integers(1_000, 86_400_000))
def test_a_phase_lies_within_the_interval_and_a_shard_among_256(id, interval):
    assert 0 <= phase_ms(id, interval) < interval
    assert 0 <= shard_of(id) < 256


@given(
    now=st.integers(0, 10**13),
    behind=st.integers(0, 10**8),
    interval=st.integers(1_000, 10**6),
    share=st.floats(0, 0.999),
)
def test_slots_are_run_or_missed_and_the_next_lies_ahead(now, behind, interval, share):
    phase = int(interval * share)
    last = newest_slot(now - behind, interval=interval, phase=phase)
    plan = catch_up(now, last, interval=interval, phase=phase)
    assert now < plan.next <= now + interval
    between = (plan.next - last) // interval - 1
    assert plan.missed + (plan.run is not None) == between
