"""The invariants of the stored data, each a question whose answer must be no row.

`manage.py verify` asks them all. They are SQL, not the product's own code, so that a fault
in the code does not hide itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from sla.sql import results_that_differ

LIMIT = 20  # offending rows shown of each invariant


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold, and the rows for which it does not: (what, detail)."""

    sentence: str
    offenders: Callable[[], list[tuple[Any, ...]]]


def invariants() -> list[Invariant]:
    asked = [Invariant(sentence, _asking(query)) for sentence, query in QUERIES.items()]
    return [*asked, Invariant(RECOMPUTED, lambda: results_that_differ(now=timezone.now()))]


def broken() -> Iterator[tuple[Invariant, list[tuple[Any, ...]]]]:
    """Each invariant that does not hold, with the rows that break it."""
    for invariant in invariants():
        rows = invariant.offenders()
        if rows:
            yield invariant, rows[:LIMIT]


def _asking(query: str) -> Callable[[], list[tuple[Any, ...]]]:
    def ask() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    return ask


RECOMPUTED = "Stored results equal the results recomputed by the second engine"
QUERIES = {
    "A monitor's believed states follow one another without hole or overlap": """
        SELECT monitor_id, 'hole or overlap'
          FROM monitoring_statusinterval WHERE upper_inf(recorded)
         GROUP BY monitor_id
        HAVING range_agg(valid) <> multirange(tstzrange(min(lower(valid)),
               CASE WHEN bool_or(upper_inf(valid)) THEN NULL ELSE max(upper(valid)) END))
            OR (SELECT count(*) FROM monitoring_statusinterval a, monitoring_statusinterval b
                 WHERE a.monitor_id = monitoring_statusinterval.monitor_id
                   AND b.monitor_id = a.monitor_id AND a.id < b.id AND a.valid && b.valid
                   AND upper_inf(a.recorded) AND upper_inf(b.recorded)) > 0""",
    "A node's health follows without hole": """
        SELECT coalesce(service_id, ci_id), 'hole' FROM impact_nodestate
         GROUP BY service_id, ci_id
        HAVING range_agg(valid) <> multirange(tstzrange(min(lower(valid)),
               CASE WHEN bool_or(upper_inf(valid)) THEN NULL ELSE max(upper(valid)) END))""",
    "A slot was recorded once": """
        SELECT monitor_number, slot FROM monitoring_checkresult
         GROUP BY monitor_number, location, slot HAVING count(*) > 1""",
    "A monitor has at most one open incident": """
        SELECT monitor_id, count(*) FROM monitoring_incident WHERE closed_at IS NULL
         GROUP BY monitor_id HAVING count(*) > 1""",
    "The head of a monitor says what its newest interval says": """
        SELECT head.monitor_id, head.state FROM monitoring_monitorhead head
          JOIN monitoring_statusinterval newest ON newest.monitor_id = head.monitor_id
           AND upper_inf(newest.recorded) AND upper_inf(newest.valid)
         WHERE newest.state <> head.state""",
    "Seconds of a day add up": """
        SELECT id, seconds FROM sla_dayfact
         WHERE seconds <> not_effective + out_of_hours + excluded + unknown + up + impaired""",
    "Days add up to their period": """
        SELECT result.id, result.seconds FROM sla_periodresult result
          JOIN sla_commitment commitment ON commitment.id = result.commitment_id
          LEFT JOIN LATERAL (
               SELECT sum(seconds) AS seconds, sum(up) AS up, sum(impaired) AS impaired,
                      sum(unknown) AS unknown, sum(excluded) AS excluded,
                      sum(lost_milli) AS lost_milli
                 FROM sla_dayfact day
                WHERE day.commitment_id = result.commitment_id AND day.on >= result.first_on
                  AND day.on < (result.first_on + CASE result.period_kind
                      WHEN 'day' THEN interval '1 day' WHEN 'week' THEN interval '7 days'
                      WHEN 'month' THEN interval '1 month'
                      WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END)
               ) days ON true
         WHERE (result.seconds, result.up, result.impaired, result.unknown, result.excluded,
                result.lost_milli)
            IS DISTINCT FROM (coalesce(days.seconds, 0), coalesce(days.up, 0),
                coalesce(days.impaired, 0), coalesce(days.unknown, 0),
                coalesce(days.excluded, 0), coalesce(days.lost_milli, 0))""",
    "A service has no two outages at once": """
        SELECT a.service_id, a.id FROM impact_outage a JOIN impact_outage b
            ON a.service_id = b.service_id AND a.id < b.id
           AND tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)""",
    "An ended outage is priced for its whole length": """
        SELECT cost.outage_id, cost.lost_milli FROM finance_downtimecost cost
          JOIN impact_outage outage ON outage.id = cost.outage_id
         WHERE outage.ended_at IS NOT NULL AND NOT cost.is_provisional
           AND cost.lost_milli <> floor(extract(epoch FROM outage.ended_at - outage.started_at)
               * outage.weight)""",
    "No work was set aside": """
        SELECT step || ' ' || subject, left(error, 200) FROM bsm_recomputation WHERE is_dead""",
    "No work waits for longer than ten minutes": """
        SELECT step || ' ' || subject, noted_at FROM bsm_recomputation
         WHERE NOT is_dead AND noted_at < now() - interval '10 minutes'""",
}
