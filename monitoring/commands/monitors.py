"""Setting up, changing and pausing monitors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from assets.models import CI
from catalog.models import Service
from monitoring import queries
from monitoring.commands import intervals
from monitoring.domain.machine import Change, Machine
from monitoring.domain.refusal import networks
from monitoring.domain.slots import shard_of
from monitoring.domain.status import State
from monitoring.domain.target import faults
from monitoring.models import Monitor

EDITABLE = frozenset(
    {
        "name",
        "kind",
        "target",
        "interval_ms",
        "retry_interval_ms",
        "timeout_ms",
        "confirm_down",
        "confirm_degraded",
        "confirm_up",
        "stale_after_ms",
        "late_horizon_ms",
    }
)
# No run of checks may cross a change of what is asked.
BOUNDARY = frozenset({"kind", "target"})
NUMBERS = "SELECT nextval('monitoring_monitor_number') FROM generate_series(1, %s)"


@transaction.atomic
def create_monitor(
    *,
    name: str,
    now: datetime,
    service: Service | None = None,
    ci: CI | None = None,
    **fields: Any,
) -> Monitor:
    """Watch a service or a CI. Raises ValidationError by field.

    The state is unknown from `now` until the first decision.
    """
    is_demo = fields.pop("is_demo", False)
    monitor = Monitor(name=name.strip(), service=service, ci=ci, **_known(fields))
    monitor.is_demo = is_demo
    prepare([monitor], now=now)
    check(monitor)
    monitor.save(force_insert=True)
    intervals.begin(monitor, Machine.new(now), now=now)
    return monitor


@transaction.atomic
def update_monitor(
    monitor: Monitor, *, now: datetime, expected_version: int | None = None, **fields: Any
) -> Monitor:
    """Change what is asked or how it is judged, unless somebody else did meanwhile.

    `is_enabled` pauses or resumes. Raises ValidationError by field.
    """
    is_enabled = fields.pop("is_enabled", None)
    current = Monitor.objects.select_for_update().get(pk=monitor.pk)
    if expected_version is not None and current.version != expected_version:
        raise ValidationError(
            "Somebody changed this monitor in the meantime. Look at it again, then repeat."
        )
    wanted = _known(fields)
    crosses = any(
        getattr(current, name) != wanted.get(name, getattr(current, name)) for name in BOUNDARY
    )
    machine = queries.standing_machine(current)
    for name, value in wanted.items():
        setattr(current, name, value)
    current.version += 1
    check(current)
    current.save()
    machine = machine.retimed(current.rules)
    intervals.save_head(current, machine.at_a_boundary() if crosses else machine)
    if is_enabled is None:
        return current
    switch = resume_monitor if is_enabled else pause_monitor
    return switch(current, now=now)


@transaction.atomic
def pause_monitor(monitor: Monitor, *, now: datetime) -> Monitor:
    """Stop asking. From now on nothing is known."""
    current = Monitor.objects.select_for_update().get(pk=monitor.pk)
    if not current.is_enabled:
        return current
    _switch(current, is_enabled=False)
    machine = queries.standing_machine(current).at_a_boundary()
    changes = []
    if machine.state is not State.UNKNOWN:
        changes.append(Change(State.UNKNOWN, max(now, machine.since), now, machine.last_at))
    intervals.advance(current, machine.silenced(now), changes, now=now)
    return current


@transaction.atomic
def resume_monitor(monitor: Monitor, *, now: datetime) -> Monitor:
    """Ask again. The state stays unknown until the next decision."""
    current = Monitor.objects.select_for_update().get(pk=monitor.pk)
    if not current.is_enabled:
        _switch(current, is_enabled=True)
    return current


@transaction.atomic
def delete_monitor(monitor: Monitor, *, now: datetime) -> None:
    """Take a monitor away, with its timeline. Its subject is looked at anew."""
    current = Monitor.objects.select_for_update().get(pk=monitor.pk)
    intervals.announce(current, min(current.created_at, now))
    current.delete()


def prepare(monitors: Iterable[Monitor], *, now: datetime) -> None:
    """Give new monitors their id, number, shard and birthday."""
    fresh = list(monitors)
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [len(fresh)])
        numbers = [row[0] for row in cursor.fetchall()]
    for monitor, number in zip(fresh, numbers, strict=True):
        monitor.id = uuid4()
        monitor.number = number
        monitor.shard = shard_of(monitor.id)
        monitor.created_at = monitor.created_at or now


def check(monitor: Monitor) -> None:
    """Refuse what cannot be monitored, each fault at its field."""
    errors: dict[str, Any] = dict(_target_faults(monitor))
    if (monitor.service_id is None) == (monitor.ci_id is None):
        errors["service"] = "Choose one service or one CI."
    if not errors.keys() & {"interval_ms", "timeout_ms"}:
        errors |= _timing_faults(monitor)
    try:
        monitor.full_clean(validate_constraints=False)
    except ValidationError as error:
        errors = error.message_dict | errors
    if errors:
        raise ValidationError(errors)


def _timing_faults(monitor: Monitor) -> dict[str, str]:
    found: dict[str, str] = {}
    if not 1_000 <= monitor.interval_ms <= 86_400_000:
        found["interval_ms"] = "An interval lasts from one second to one day."
    if monitor.timeout_ms < 100:
        found["timeout_ms"] = "A timeout is at least 100 ms."
    elif monitor.timeout_ms >= monitor.interval_ms:
        found["timeout_ms"] = "The timeout must be shorter than the interval."
    if monitor.retry_interval_ms < 1_000:
        found["retry_interval_ms"] = "A retry comes after one second at the earliest."
    if monitor.stale_after_ms is not None and monitor.stale_after_ms < 1_000:
        found["stale_after_ms"] = "Silence lasts a second at least."
    for name in ("confirm_down", "confirm_degraded", "confirm_up"):
        if not 1 <= getattr(monitor, name) <= 100:
            found[name] = "From 1 to 100 checks in a row."
    return found


def _target_faults(monitor: Monitor) -> dict[str, str]:
    if not isinstance(monitor.target, dict):
        return {"target": "A target is a set of named values."}
    return faults(monitor.kind, monitor.target, networks(settings.MONITOR_CIDRS))


def _switch(monitor: Monitor, *, is_enabled: bool) -> None:
    monitor.is_enabled = is_enabled
    monitor.version += 1
    monitor.save(update_fields=["is_enabled", "version", "updated_at"])


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise TypeError(f"a monitor has no {', '.join(sorted(unknown))}")
    return fields
