"""Judging promises through the front door, against PostgreSQL."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from impact.models import NodeState, Outage
from sla import commands
from sla.domain.words import Effect
from sla.models import DayFact, Exclusion, PeriodResult
from tests.factories import at, make_agreement, make_service, make_user, span

pytestmark = pytest.mark.django_db

APRIL_ON = date(2026, 4, 1)


def known(service, start="2026-01-01 00:00"):
    """Seen and healthy from then on."""
    NodeState.objects.create(
        service=service,
        valid=(at(start), None),
        actual=100_000,
        lo=100_000,
        hi=100_000,
        label="ok",
    )
    return service


def out(service, start, end=None, weight=1000):
    return Outage.objects.create(
        service=service, started_at=at(start), ended_at=end and at(end), weight=weight
    )


def evaluate(service, since, now):
    return commands.evaluate_services({service.pk: at(since)}, now=at(now))


def result(commitment, first_on=APRIL_ON):
    return PeriodResult.objects.get(commitment=commitment, first_on=first_on)


def excluded(service, start, end, **fields):
    fields.setdefault("announced_at", at("2026-01-01 00:00"))
    return Exclusion.objects.create(
        service=service,
        valid=(at(start), at(end)),
        category="planned_maintenance",
        state="approved",
        approver=make_user(),
        reason="Planned",
        **fields,
    )


def test_a_month_is_judged_to_the_second():
    commitment = make_agreement(known(make_service()))
    out(commitment.service, "2026-04-10 00:00:00", "2026-04-10 00:43:13")

    evaluate(commitment.service, "2026-04-01 00:00", "2026-05-02 00:00")

    april = result(commitment)
    assert (april.seconds, april.up, april.impaired) == (2592000, 2592000 - 2593, 2593)
    assert (april.base_seconds, april.down_milli) == (2592000, 2593000)
    assert (april.value_percent, april.status) == (Decimal("99.8999"), "BREACHED")
    assert (april.value_numerator, april.value_denominator) == (2589407000, 2592000000)
    assert (april.budget_milli, april.budget_left_milli) == (2592000, -1000)
    assert not april.is_provisional
    assert DayFact.objects.filter(commitment=commitment, on__month=4).count() == 30


def test_a_running_month_counts_what_is_over_and_allows_for_what_is_to_come():
    commitment = make_agreement(known(make_service()))
    out(commitment.service, "2026-04-10 11:30")

    evaluate(commitment.service, "2026-04-01 00:00", "2026-04-10 12:00")

    april = result(commitment)
    assert (april.seconds, april.impaired) == (9.5 * 86400, 1800)
    assert april.budget_milli == 2592000
    assert april.is_provisional


def test_repeating_changes_no_row():
    commitment = make_agreement(known(make_service()))
    evaluate(commitment.service, "2026-04-01 00:00", "2026-05-02 00:00")
    before = result(commitment)

    assert evaluate(commitment.service, "2026-04-01 00:00", "2026-05-03 00:00") == 1  # May only

    assert result(commitment).computed_at == before.computed_at


def test_a_late_outage_changes_its_day_and_its_month_only():
    commitment = make_agreement(known(make_service()))
    evaluate(commitment.service, "2026-03-01 00:00", "2026-05-02 00:00")
    before = {fact.on: fact.pk for fact in DayFact.objects.all()}
    march = result(commitment, date(2026, 3, 1))
    out(commitment.service, "2026-04-12 10:00", "2026-04-12 12:00")

    evaluate(commitment.service, "2026-04-12 10:00", "2026-05-02 00:00")

    april = result(commitment)
    assert (april.value_percent, april.status) == (Decimal("99.7222"), "BREACHED")
    assert result(commitment, date(2026, 3, 1)).computed_at == march.computed_at
    assert {fact.on: fact.pk for fact in DayFact.objects.all()} == before
    hit = DayFact.objects.filter(impaired__gt=0)
    assert [(fact.on, fact.impaired) for fact in hit] == [(date(2026, 4, 12), 7200)]


def test_a_minute_later_only_the_running_day_is_measured_on():
    commitment = make_agreement(known(make_service()))
    evaluate(commitment.service, "2026-04-01 00:00", "2026-04-10 12:00")

    commands.evaluate_running_periods(now=at("2026-04-10 12:01"))

    assert result(commitment).seconds == 9.5 * 86400 + 60
    today = DayFact.objects.get(commitment=commitment, on=date(2026, 4, 10))
    assert today.seconds == 43260


def test_a_portal_that_was_off_over_the_end_of_the_month_catches_up():
    commitment = make_agreement(known(make_service()))
    evaluate(commitment.service, "2026-04-01 00:00", "2026-04-28 12:00")

    commands.evaluate_running_periods(now=at("2026-05-02 06:00"))

    april, may = result(commitment), result(commitment, date(2026, 5, 1))
    assert (april.seconds, april.is_provisional) == (2592000, False)
    assert (may.seconds, may.is_provisional) == (86400 + 6 * 3600, True)
    assert result(commitment).seconds == sum(
        DayFact.objects.filter(on__month=4).values_list("seconds", flat=True)
    )


def test_a_half_day_that_was_stored_is_measured_again():
    commitment = make_agreement(known(make_service()))
    evaluate(commitment.service, "2026-04-01 00:00", "2026-04-10 23:59")

    evaluate(commitment.service, "2026-04-11 00:03", "2026-04-11 00:05")

    assert result(commitment).seconds == 10 * 86400 + 300


def test_a_service_nobody_watches_has_no_data():
    commitment = make_agreement(make_service())

    evaluate(commitment.service, "2026-04-01 00:00", "2026-05-02 00:00")

    april = result(commitment)
    assert (april.value_percent, april.status, april.reason) == (None, None, "no_data")


def test_hours_days_and_months_follow_the_zone_of_the_agreement():
    calendar = commands.create_calendar(
        name="Office",
        windows=[
            {"weekday": day, "opens_at": time(9), "closes_at": time(17)} for day in range(1, 6)
        ],
    )
    commitment = make_agreement(
        known(make_service()), timezone="Europe/Berlin", calendar=calendar
    )
    out(commitment.service, "2026-03-31 07:00", "2026-03-31 08:00")

    evaluate(commitment.service, "2026-03-01 00:00", "2026-04-02 00:00")

    march = result(commitment, date(2026, 3, 1))
    assert march.seconds == 743 * 3600
    assert (march.base_seconds, march.down_milli) == (22 * 8 * 3600, 3600_000)


def test_approved_exclusions_count_as_agreed():
    commitment = make_agreement(known(make_service()))
    out(commitment.service, "2026-04-10 01:00", "2026-04-10 03:00")
    excluded(commitment.service, "2026-04-10 02:00", "2026-04-10 04:00")
    excluded(commitment.service, "2026-04-10 01:30", "2026-04-10 02:00", effect=Effect.FORGIVE)

    evaluate(commitment.service, "2026-04-01 00:00", "2026-05-02 00:00")

    april = result(commitment)
    assert (april.excluded, april.impaired, april.forgiven) == (7200, 1800, 1800)


def test_a_cap_is_used_up_over_the_whole_month():
    commitment = make_agreement(known(make_service()))
    commitment.exclusion_cap_seconds = 3600
    commitment.save()
    for day in (5, 20):
        out(commitment.service, f"2026-04-{day:02} 01:00", f"2026-04-{day:02} 02:00")
        excluded(commitment.service, f"2026-04-{day:02} 01:00", f"2026-04-{day:02} 02:00")

    evaluate(commitment.service, "2026-04-01 00:00", "2026-05-02 00:00")
    evaluate(commitment.service, "2026-04-20 01:00", "2026-05-02 00:00")

    assert (result(commitment).excluded, result(commitment).impaired) == (3600, 3600)


def test_a_version_that_ends_leaves_nothing_behind_its_end():
    commitment = make_agreement(known(make_service()), effective_from=date(2026, 2, 1))
    evaluate(commitment.service, "2026-02-01 00:00", "2026-05-10 00:00")

    commands.end_version(commitment.version, ends_on=date(2026, 4, 16))
    evaluate(commitment.service, "2026-04-16 00:00", "2026-05-10 00:00")

    months = PeriodResult.objects.order_by("first_on").values_list("first_on", "not_effective")
    assert list(months) == [
        (date(2026, 2, 1), 0),
        (date(2026, 3, 1), 0),
        (APRIL_ON, 15 * 86400),
    ]
    assert not DayFact.objects.filter(on__gte=date(2026, 5, 1)).exists()


def test_a_promise_for_later_is_not_judged_yet():
    commitment = make_agreement(known(make_service()), effective_from=date(2026, 6, 1))

    evaluate(commitment.service, "2026-01-01 00:00", "2026-05-02 00:00")

    assert not PeriodResult.objects.exists()


def test_the_past_before_anything_was_seen_is_judged_for_a_year_at_most():
    commitment = make_agreement(make_service(), effective_from=date(2015, 1, 1))

    evaluate(commitment.service, "2015-01-01 00:00", "2026-05-02 00:00")

    assert PeriodResult.objects.earliest("first_on").first_on == date(2025, 3, 1)


def test_the_number_of_queries_does_not_grow_with_the_promises():
    few = [make_agreement(known(make_service())) for _ in range(2)]
    many = [make_agreement(known(make_service())) for _ in range(12)]

    def queries(commitments):
        since = {c.service_id: at("2026-03-01 00:00") for c in commitments}
        with CaptureQueriesContext(
            connection,
        ) as captured:
            commands.evaluate_services(since, now=at("2026-05-02 00:00"))
        return len(captured)

    assert queries(many) == queries(few) <= 16


def test_the_database_refuses_a_row_that_does_not_balance():
    commitment = make_agreement(make_service())
    row = {"commitment": commitment, "on": APRIL_ON, "seconds": 86400, "up": 86399}
    zero = dict.fromkeys(
        [
            "not_effective",
            "out_of_hours",
            "excluded",
            "unknown",
            "impaired",
            "forgiven",
            "lost_milli",
        ],
        0,
    )

    with pytest.raises(IntegrityError, match="seconds_of_a_day_add_up"), transaction.atomic():
        DayFact.objects.create(**row, **zero)


def test_the_segments_of_an_explanation_add_up_to_the_result():
    from sla.queries import explanation_of  # noqa: PLC0415

    commitment = make_agreement(known(make_service()))
    outage = out(commitment.service, "2026-04-10 01:00", "2026-04-10 03:00")
    evaluate(commitment.service, "2026-04-01 00:00", "2026-05-02 00:00")

    explained = explanation_of(result(commitment))

    assert explained.span == span("2026-04-01 00:00", "2026-05-01 00:00")
    assert sum(s.seconds for s in explained.segments) == result(commitment).seconds
    assert [s.cause for s in explained.segments if s.of == "impaired"] == [str(outage.pk)]
    assert timedelta(seconds=7200) == explained.segments[1].end - explained.segments[1].start
