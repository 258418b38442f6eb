"""Keeping the results: partitions ahead of time, sums of the hours that are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

DAYS_AHEAD = 3
KEEP_RAW = timedelta(days=14)
# Results may still arrive this long after the end of an hour (R8, R22).
SETTLE = timedelta(minutes=25)
# Hours summed again each time: what the hourly tick may have missed.
AGAIN = timedelta(hours=26)

PARTITION = """
    CREATE TABLE IF NOT EXISTS {name} PARTITION OF monitoring_checkresult_polled
    FOR VALUES FROM ('{start}') TO ('{end}')
"""
PARTITIONS = """
    SELECT child.relname FROM pg_inherits
      JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'monitoring_checkresult_polled'::regclass
     ORDER BY child.relname
"""
ROLL_UP = """
    INSERT INTO monitoring_hourlyrollup
        (monitor_number, hour, ok, warn, error, fail, elapsed_us_sum, elapsed_us_max)
    SELECT monitor_number, date_trunc('hour', slot, 'UTC'),
           count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome = 1),
           count(*) FILTER (WHERE outcome = 2), count(*) FILTER (WHERE outcome = 3),
           coalesce(sum(elapsed_us) FILTER (WHERE outcome IN (0, 1)), 0),
           coalesce(max(elapsed_us) FILTER (WHERE outcome IN (0, 1)), 0)
      FROM monitoring_checkresult
     WHERE location = 0 AND slot >= %s AND slot < %s
     GROUP BY 1, 2
    ON CONFLICT (monitor_number, hour) DO UPDATE
       SET ok = excluded.ok, warn = excluded.warn, error = excluded.error,
           fail = excluded.fail, elapsed_us_sum = excluded.elapsed_us_sum,
           elapsed_us_max = excluded.elapsed_us_max
"""
COUNTED = """
    SELECT (SELECT count(*) FROM monitoring_checkresult
             WHERE location = 0 AND slot >= %(start)s AND slot < %(end)s)
         = (SELECT coalesce(sum(ok + warn + error + fail), 0) FROM monitoring_hourlyrollup
             WHERE hour >= %(start)s AND hour < %(end)s)
"""
PREFIX = "monitoring_checkresult_"
KEEPER = "SELECT pg_advisory_xact_lock(hashtext('monitoring_storage'))"


def tend_storage(*, now: datetime) -> None:
    """Partitions for the coming days, roll-ups of closed hours, and away with what is old."""
    ensure_partitions(now=now)
    roll_up(now - AGAIN, now=now)
    drop_old(now=now)


@transaction.atomic
def ensure_partitions(*, now: datetime, days: int = DAYS_AHEAD) -> None:
    """Make the daily partitions from yesterday to `days` ahead."""
    today = now.astimezone(UTC).date()
    wanted = [today + timedelta(days=n) for n in range(-1, days + 1)]
    have = set(partitions())
    missing = [day for day in wanted if day not in have]
    if not missing:
        return
    with connection.cursor() as cursor:
        cursor.execute(KEEPER)
        for day in missing:
            cursor.execute(
                PARTITION.format(name=_name(day), start=_edge(day), end=_edge(_next(day)))
            )


def partitions() -> list[date]:
    """The days that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        names = [row[0].removeprefix(PREFIX) for row in cursor.fetchall()]
    return [date.fromisoformat(name) for name in names]


def roll_up(since: datetime, *, now: datetime) -> None:
    """Sum the hours that are over, from the hour of `since` on. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(ROLL_UP, [_hour(since), _hour(now - SETTLE)])


@transaction.atomic
def drop_old(*, now: datetime) -> list[date]:
    """Drop the days that are older than we keep, each only if its sums are complete."""
    last_kept = (now - KEEP_RAW).astimezone(UTC).date()
    dropped = []
    with connection.cursor() as cursor:
        cursor.execute(KEEPER)
        for day in partitions():
            if day >= last_kept:
                continue
            span = {"start": _edge(day), "end": _edge(_next(day))}
            cursor.execute(ROLL_UP, [span["start"], span["end"]])
            cursor.execute(COUNTED, span)
            if cursor.fetchone()[0]:
                cursor.execute(f"DROP TABLE {_name(day)}")
                dropped.append(day)
    return dropped


def _name(day: date) -> str:
    return f"{PREFIX}{day:%Y%m%d}"


def _edge(day: date) -> str:
    return f"{day.isoformat()} 00:00:00+00"


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _hour(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
