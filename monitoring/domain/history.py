"""Check history from a file: every row is good, known already, or returned with its reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO

from monitoring.domain.status import Outcome

COLUMNS = ("time", "monitor", "status", "code", "response_ms")
REQUIRED = frozenset({"time", "monitor", "status"})
OUTCOME_OF_STATUS = {"up": Outcome.OK, "degraded": Outcome.WARN, "down": Outcome.FAIL}
MAX_NAME = 120
MAX_MS = 2_000_000  # elapsed time is kept in microseconds, in four bytes
MAX_CODE = 999


class UnreadableHistory(Exception):
    """The file as a whole is not a history."""


@dataclass(frozen=True, slots=True)
class Row:
    """One told state of one monitor. `number` is the line of the file, the header being 1."""

    number: int
    at: datetime
    monitor: str
    outcome: Outcome
    code: int | None
    elapsed_us: int | None

    @property
    def content(self) -> tuple[Outcome, int | None, int | None]:
        return self.outcome, self.code, self.elapsed_us


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out, and why."""

    row: int
    field: str
    reason: str


@dataclass(slots=True)
class History:
    """What a file tells: the good rows, the doubles of them, and the bad rows."""

    rows: list[Row] = field(default_factory=list)
    doubles: list[Row] = field(default_factory=list)
    errors: list[BadRow] = field(default_factory=list)

    @property
    def newest_at(self) -> datetime | None:
        return max((row.at for row in self.rows), default=None)

    def by_monitor(self) -> dict[str, list[Row]]:
        """The good rows of each monitor, oldest first."""
        grouped: dict[str, list[Row]] = {}
        for row in sorted(self.rows, key=lambda row: row.at):
            grouped.setdefault(row.monitor, []).append(row)
        return grouped


class _Refused(Exception):
    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(reason)
        self.field_name = field_name
        self.reason = reason


def read(text: str, *, now: datetime, until: datetime | None = None) -> History:
    """Read a file. Raises UnreadableHistory when its header is not one we know."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff")), strict=True)
    columns = _columns(reader)
    history = History()
    seen: dict[tuple[str, datetime], Row] = {}
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found = _row_or_error(reader.line_num, columns, cells)
                _take(history, seen, _within(found, now, until))
    except csv.Error as error:
        history.errors.append(BadRow(reader.line_num, "row", f"is not CSV: {error}"))
    return history


def down_spells(outcomes: Iterable[Outcome]) -> int:
    """How many times something went down, in the order of time."""
    count, was_down = 0, False
    for outcome in outcomes:
        is_down = outcome is Outcome.FAIL
        count += is_down and not was_down
        was_down = is_down
    return count


def _columns(reader: Iterable[list[str]]) -> list[str]:
    try:
        header = next(iter(reader), None)
    except csv.Error as error:
        raise UnreadableHistory(f"The file is not CSV: {error}.") from error
    if header is None:
        raise UnreadableHistory("The file is empty.")
    columns = [cell.strip().lower() for cell in header]
    unknown = [name for name in columns if name not in COLUMNS]
    missing = sorted(REQUIRED - set(columns))
    if unknown:
        raise UnreadableHistory(f"Unknown column {unknown[0]!r}; known: {', '.join(COLUMNS)}.")
    if missing:
        raise UnreadableHistory(f"The column {missing[0]!r} is missing.")
    if len(set(columns)) != len(columns):
        raise UnreadableHistory("A column stands there twice.")
    return columns


def _within(found: Row | BadRow, now: datetime, until: datetime | None) -> Row | BadRow:
    """What was seen lies before the end of the history, and not in the future."""
    if isinstance(found, BadRow):
        return found
    if until is not None and found.at >= until:
        reason = f"is not before {until.isoformat()}, where the history ends"
        return BadRow(found.number, "time", reason)
    if found.at > now:
        return BadRow(found.number, "time", "lies in the future")
    return found


def _row_or_error(number: int, columns: list[str], cells: list[str]) -> Row | BadRow:
    if len(cells) != len(columns):
        return BadRow(number, "row", f"has {len(cells)} cells instead of {len(columns)}")
    values = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    try:
        return Row(
            number=number,
            at=_instant(values["time"]),
            monitor=_name(values["monitor"]),
            outcome=_outcome(values["status"]),
            code=_whole(values, "code", MAX_CODE),
            elapsed_us=_microseconds(values),
        )
    except _Refused as refused:
        return BadRow(number, refused.field_name, refused.reason)


def _take(history: History, seen: dict[tuple[str, datetime], Row], found: Row | BadRow) -> None:
    if isinstance(found, BadRow):
        history.errors.append(found)
        return
    first = seen.setdefault((found.monitor, found.at), found)
    if first is found:
        history.rows.append(found)
    elif first.content == found.content:
        history.doubles.append(found)
    else:
        reason = f"says something else than row {first.number} of the same time"
        history.errors.append(BadRow(found.number, "time", reason))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _Refused(
            "time", f"{text[:40]!r} is not a time like 2026-08-11T11:06:25Z"
        ) from None
    if instant.tzinfo is None:
        raise _Refused("time", "has no offset from UTC, like Z or +02:00")
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:
        raise _Refused("time", "lies out of reach") from None
    if not 1990 <= instant.year <= 2200:
        raise _Refused("time", "lies out of reach")
    return instant


def _name(text: str) -> str:
    if not text:
        raise _Refused("monitor", "is empty")
    if len(text) > MAX_NAME:
        raise _Refused("monitor", f"is longer than {MAX_NAME} characters")
    if not text.isprintable():
        raise _Refused("monitor", "contains characters that cannot be shown")
    return text


def _outcome(text: str) -> Outcome:
    try:
        return OUTCOME_OF_STATUS[text.lower()]
    except KeyError:
        known = ", ".join(OUTCOME_OF_STATUS)
        raise _Refused("status", f"{text[:40]!r} is none of {known}") from None


def _whole(values: Mapping[str, str], name: str, high: int) -> int | None:
    text = values.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) > high:
        raise _Refused(name, f"{text[:40]!r} is not a whole number from 0 to {high}")
    return int(text)


def _microseconds(values: Mapping[str, str]) -> int | None:
    text = values.get("response_ms", "")
    if not text:
        return None
    whole, _, part = text.partition(".")
    if not (whole + part).isascii() or not whole.isdecimal() or not (part or "0").isdecimal():
        raise _Refused("response_ms", f"{text[:40]!r} is not a number of milliseconds")
    if len(whole) > 8 or int(whole) > MAX_MS:
        raise _Refused("response_ms", f"is more than {MAX_MS} ms")
    return int(whole) * 1000 + int((part + "000")[:3])
