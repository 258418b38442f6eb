"""Every figure of a promise opened up: in words, as a calculation, and down to its rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from bsm.kernel import words
from bsm.kernel.intervals import Interval
from impact.queries import unknown_of
from sla import queries
from sla.domain.explanation import Counted, Step, Terms, steps_of, terms_in_words
from sla.domain.words import Overlap, UnknownPolicy
from sla.models import Agreement, Calendar, Commitment, DayFact, PeriodResult

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLUMNS = (
    "on",
    "seconds",
    "up",
    "impaired",
    "unknown",
    "excluded",
    "out_of_hours",
    "not_effective",
    "forgiven",
    "lost_milli",
)
EN_DASH = "\N{EN DASH}"
MOST_GAPS = 50  # beyond that a list helps nobody; the days have the sums


def steps(result: PeriodResult) -> list[Step]:
    """The calculation, from the time of the period down to the allowance."""
    figures = {name: getattr(result, name) for name in Counted.__dataclass_fields__}
    return steps_of(
        Counted(**figures),
        policy=UnknownPolicy(result.commitment.unknown_policy),
        target_percent=result.commitment.target_percent,
    )


def rules(promise: Commitment, agreement: Agreement) -> list[str]:
    """How the promise is counted, one rule a sentence."""
    return terms_in_words(
        Terms(
            zone=agreement.timezone,
            calendar=promise.calendar.name if promise.calendar else "",
            unknown_policy=UnknownPolicy(promise.unknown_policy),
            hold_last_seconds=promise.hold_last_seconds,
            overlap=Overlap(promise.overlap),
            min_outage_seconds=promise.min_outage_seconds,
            notice_hours=promise.notice_hours,
            exclusion_cap_seconds=promise.exclusion_cap_seconds,
            min_coverage_percent=promise.min_coverage_percent,
        )
    )


def inputs(result: PeriodResult, *, now: datetime) -> dict[str, Any]:
    """What the result was counted from: its span, outages, exclusions and gaps."""
    zone = ZoneInfo(result.commitment.version.agreement.timezone)
    period = result.period.interval(zone)
    span = Interval(period.start, max(period.start, result.measured_until))
    service_id = result.commitment.service_id
    gaps = unknown_of([service_id], span, now).get(service_id, [])
    return {
        "span": span,
        "outages": [
            {
                "start": outage.started_at,
                "end": outage.ended_at,
                "length": Interval(outage.started_at, outage.ended_at or now)
                .clipped(span)
                .duration,
                "note": "" if outage.weight == 1000 else f"{outage.weight} ‰ of the service",
                "url": outage.get_absolute_url(),
            }
            for outage in queries.outages_touching(service_id, span)
        ],
        "exclusions": queries.exclusions_touching(service_id, span),
        "gaps": [
            {"start": gap.start, "end": gap.end, "length": gap.duration}
            for gap in gaps[:MOST_GAPS]
        ],
    }


def as_csv(days: Iterable[DayFact]) -> str:
    """The day facts with a heading; every value is a date or a whole number."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(day, name) for name in COLUMNS] for day in days)
    return text.getvalue()


def agreement_facts(agreement: Agreement) -> list[dict[str, str]]:
    """Who promised what kind of thing to whom."""
    return [
        {"label": "Kind", "value": agreement.get_kind_display()},
        {"label": "Customer", "value": str(agreement.customer or "Everybody")},
        {"label": "Owner", "value": agreement.owner.label if agreement.owner else "No owner"},
        {"label": "Time zone", "value": agreement.timezone},
    ]


def result_facts(result: PeriodResult) -> list[dict[str, str]]:
    """The time of the period by what it was, and the allowance."""
    seconds = {
        "Time that counts": result.base_seconds,
        "Up": result.up,
        "Impaired": result.impaired,
        "Not measured": result.unknown,
        "Excluded": result.excluded,
        "Outside service hours": result.out_of_hours,
    }
    facts = [{"label": name, "value": words.duration(count)} for name, count in seconds.items()]
    if result.budget_left_milli is not None and result.budget_milli is not None:
        allowed, left = result.budget_milli // 1000, result.budget_left_milli // 1000
        facts += [
            {"label": "Downtime allowed", "value": words.duration(allowed)},
            {"label": "Allowance left", "value": words.duration(left)},
        ]
    return facts


def calendar_row(calendar: Calendar, *, today: date) -> dict[str, Any]:
    """The week in words, and the next day off."""
    holidays = sorted(calendar.holidays.all(), key=lambda holiday: holiday.on)
    return {
        "calendar": calendar,
        "hours": week_in_words(
            [
                (w.weekday, f"{w.opens_at:%H:%M}{EN_DASH}{w.closes_at:%H:%M}")
                for w in calendar.windows.all()
            ]
        ),
        "holidays": holidays,
        "next": next((holiday for holiday in holidays if holiday.on >= today), None),
    }


def week_in_words(windows: Sequence[tuple[int, str]]) -> list[str]:
    """Neighbouring days with the same hours are one line: "Mon to Fri 08:00-18:00"."""
    hours = [", ".join(text for day, text in sorted(windows) if day == n) for n in range(1, 8)]
    lines: list[str] = []
    first = 0
    for n in range(1, 8):
        if n < 7 and hours[n] == hours[first]:
            continue
        if hours[first]:
            last = f" to {WEEKDAYS[n - 1]}" if n - 1 > first else ""
            lines.append(f"{WEEKDAYS[first]}{last} {hours[first]}")
        first = n
    return lines
