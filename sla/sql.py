"""The second engine: the same facts by set algebra on multiranges, in PostgreSQL.

It shares no counting code with sla/domain, so that a fault in one of the two shows as a
difference. It covers the rules that hold instant by instant; promises that bridge gaps, cap
exclusions or pass over short outages are left to the first engine alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import day_start
from sla.domain.availability import Facts
from sla.domain.service_hours import agreed_time
from sla.domain.words import UnknownPolicy
from sla.models import PeriodResult, VersionState
from sla.queries.promises import service_hours_of

BATCH = 1000  # results a statement
CLASSES = ["not_effective", "out_of_hours", "excluded", "unknown", "up", "impaired"]
COMPARED = [*CLASSES, "forgiven", "lost_milli"]
AROUND_THE_CLOCK = "{(,)}"

RECOMPUTE = """
WITH asked AS (
    SELECT id, service_id, notice_hours,
           tstzmultirange(tstzrange(starts_at, ends_at)) AS span,
           tstzmultirange(tstzrange(effective_from, effective_to)) AS effective,
           hours::tstzmultirange AS hours
      FROM unnest(%s::bigint[], %s::uuid[], %s::int[], %s::timestamptz[], %s::timestamptz[],
                  %s::timestamptz[], %s::timestamptz[], %s::text[])
           AS a(id, service_id, notice_hours, starts_at, ends_at, effective_from,
                effective_to, hours)),
whole_seconds AS (
    SELECT asked.id, span, effective, hours,
           coalesce(granted.excluded, '{}') AS excluded,
           coalesce(granted.forgiven, '{}') AS forgiven,
           coalesce(seen.known, '{}') AS known,
           coalesce(lost.down, '{}') AS down,
           coalesce(lost.ranges, '{}') AS ranges, coalesce(lost.weights, '{}') AS weights
      FROM asked
      LEFT JOIN LATERAL (
           SELECT range_agg(cut) FILTER (WHERE effect = 'exclude') AS excluded,
                  range_agg(cut) FILTER (WHERE effect = 'forgive') AS forgiven
             FROM (SELECT effect, tstzrange(date_trunc('second', lower(valid)),
                                            date_trunc('second', upper(valid))) AS cut
                     FROM sla_exclusion
                    WHERE service_id = asked.service_id AND state = 'approved'
                      AND valid && range_merge(asked.span)
                      AND announced_at <= CASE asked.notice_hours WHEN 0 THEN 'infinity'
                          ELSE lower(valid) - make_interval(hours => asked.notice_hours) END
                  ) cuts) granted ON true
      LEFT JOIN LATERAL (
           SELECT range_agg(tstzrange(date_trunc('second', lower(valid)),
                                      date_trunc('second', upper(valid)))) AS known
             FROM impact_nodestate
            WHERE service_id = asked.service_id AND label <> 'unknown'
              AND valid && range_merge(asked.span)) seen ON true
      LEFT JOIN LATERAL (
           SELECT range_agg(cut) AS down, array_agg(cut) AS ranges, array_agg(weight) AS weights
             FROM (SELECT weight, tstzrange(date_trunc('second', started_at),
                                            date_trunc('second', ended_at)) AS cut
                     FROM impact_outage
                    WHERE service_id = asked.service_id
                      AND tstzrange(started_at, ended_at) && range_merge(asked.span)
                  ) cuts) lost ON true),
sets AS (
    SELECT id, span, span * effective AS agreed, span * effective * hours AS service, down,
           span * effective * hours - excluded AS measurable, forgiven, known, ranges, weights
      FROM whole_seconds)
SELECT id,
       length(span - agreed) AS not_effective,
       length(agreed - service) AS out_of_hours,
       length(service - measurable) AS excluded,
       length(measurable - known - down) AS unknown,
       length(measurable * (known - down)) + length(measurable * down * forgiven) AS up,
       length(measurable * down - forgiven) AS impaired,
       length(measurable * down * forgiven) AS forgiven,
       (SELECT coalesce(sum(weight * length((measurable - forgiven) * tstzmultirange(lost))), 0)
          FROM unnest(ranges, weights) AS outage(lost, weight)) AS lost_milli
  FROM sets
"""
# PostgreSQL has no length of a multirange, and views may not create functions.
LENGTH = (
    "(SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0)::bigint"
    " FROM unnest({}) AS part)"
)


def results_that_differ(*, now: datetime) -> list[tuple[Any, ...]]:
    """Stored results whose facts this engine does not find: (what, name, stored, found)."""
    differing: list[tuple[Any, ...]] = []
    for results in _batches(_comparable().filter(measured_until__lte=now)):
        found = recomputed_facts(results)
        for result in results:
            for name in COMPARED:
                stored, recomputed = getattr(result, name), getattr(found[result.pk], name)
                if stored != recomputed:
                    differing.append((str(result), name, stored, recomputed))
    return differing


def recomputed_facts(results: Sequence[PeriodResult]) -> dict[int, Facts]:
    """The facts of each result, from outages, states and exclusions as they are now."""
    columns = list(zip(*_asked(results), strict=True))
    if not columns:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [list(column) for column in columns])
        rows = cursor.fetchall()
    return {pk: _facts(counts) for pk, *counts in rows}


def _facts(counts: list[int]) -> Facts:
    named = {name: int(count) for name, count in zip(COMPARED, counts, strict=True)}
    return Facts(seconds=sum(named[name] for name in CLASSES), **named)


def _comparable() -> QuerySet[PeriodResult]:
    return (
        PeriodResult.objects.filter(
            commitment__version__state=VersionState.EFFECTIVE,
            commitment__exclusion_cap_seconds=None,
            commitment__min_outage_seconds=0,
        )
        .exclude(commitment__unknown_policy=UnknownPolicy.HOLD_LAST)
        .select_related("commitment__version__agreement", "commitment__service")
        .order_by("pk")
    )


def _batches(results: QuerySet[PeriodResult]) -> Iterator[list[PeriodResult]]:
    last = 0
    while batch := list(results.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _asked(results: Sequence[PeriodResult]) -> Iterator[tuple[Any, ...]]:
    calendars = {r.commitment.calendar_id for r in results}
    hours = service_hours_of([pk for pk in calendars if pk])
    written: dict[Any, str] = {}
    for result in results:
        commitment = result.commitment
        zone = ZoneInfo(commitment.version.agreement.timezone)
        effective = commitment.version.effective
        period = result.period.interval(zone)
        span = Interval(period.start, max(period.start, result.measured_until))
        key = (commitment.calendar_id, zone, span)
        if key not in written:
            calendar = hours[commitment.calendar_id] if commitment.calendar_id else None
            opened = None if calendar is None else agreed_time(calendar, span, zone)
            written[key] = AROUND_THE_CLOCK if opened is None else _multirange(opened)
        yield (
            result.pk,
            str(commitment.service_id),
            commitment.notice_hours,
            span.start,
            span.end,
            day_start(effective.lower, zone),
            day_start(effective.upper, zone) if effective.upper else None,
            written[key],
        )


def _multirange(spans: Sequence[Interval]) -> str:
    parts = (f"[{span.start.isoformat()},{span.end.isoformat()})" for span in spans)
    return "{" + ",".join(parts) + "}"


def _statement() -> str:
    """The query with every `length(…)` written out."""
    text, done = RECOMPUTE, ""
    while "length(" in text:
        head, _, rest = text.partition("length(")
        depth, end = 1, 0
        while depth:
            depth += {"(": 1, ")": -1}.get(rest[end], 0)
            end += 1
        done += head + LENGTH.format(rest[: end - 1])
        text = rest[end:]
    return done + text
