"""When somebody has to look: incidents follow from the changes of state (R12, R13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitoring.domain.machine import Change
from monitoring.domain.status import State

REOPEN_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An incident as the changes tell it; open until `closed_at`."""

    started_at: datetime
    opened_at: datetime
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    occurrences: int = 1


def follow(
    last: Occurrence | None, change: Change, *, reopen_window: timedelta = REOPEN_WINDOW
) -> Occurrence | None:
    """The incident that the change opens, reopens or closes; None when it does none of these.

    Unknown neither opens nor closes, and degraded after down keeps open.
    """
    is_open = last is not None and last.closed_at is None
    if change.state is State.UP and last is not None and is_open:
        return replace(
            last,
            resolved_at=max(change.starts_at, last.started_at),
            closed_at=max(change.decided_at, last.opened_at),
        )
    if change.state is not State.DOWN or is_open:
        return None
    if last is not None and last.resolved_at is not None:
        quiet = change.starts_at - last.resolved_at
        if quiet <= reopen_window:
            return replace(
                last, resolved_at=None, closed_at=None, occurrences=last.occurrences + 1
            )
    return Occurrence(started_at=change.starts_at, opened_at=change.decided_at)


def incidents(
    changes: Iterable[Change], *, reopen_window: timedelta = REOPEN_WINDOW
) -> list[Occurrence]:
    """All incidents of a history, oldest first."""
    found: list[Occurrence] = []
    for change in changes:
        last = found[-1] if found else None
        now = follow(last, change, reopen_window=reopen_window)
        if now is None:
            continue
        if last is not None and now.started_at == last.started_at:
            found[-1] = now
        else:
            found.append(now)
    return found
