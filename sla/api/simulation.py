"""Trying a definition without saving anything (spec slm 1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind, day_start
from bsm.web.rest import Endpoint, Strict
from sla.api.fields import (
    Instant,
    InstantOrDate,
    LocalDate,
    WallTime,
    Zone,
    percent_of,
    seconds_of,
    written,
)
from sla.api.results import FACTS
from sla.domain.availability import Measured, measure, whole
from sla.domain.service_hours import Opening, ServiceHours, Window, agreed_time
from sla.domain.situation import Down, Excuse, Rules, Situation
from sla.domain.verdict import Target, Verdict, cut_percent, judge
from sla.domain.words import Effect, Operator, Overlap, UnknownPolicy

LONGEST = timedelta(days=3660)
MOST = 2000  # entries in a list
CUSTOM, SPAN = "custom", "span"
STATES = ["requested", "pending", "evidence_complete", "approved", "rejected", "revoked"]
SOME: dict[str, Any] = {"many": True, "required": False, "max_length": MOST}
PLACES: dict[str, Any] = {"max_digits": 9, "decimal_places": 6}
CENTURIES = timedelta(days=200_000)


class PeriodSerializer(Strict):
    """A calendar period by its first local date; custom by two; span by two instants."""

    kind = serializers.ChoiceField(choices=[*PeriodKind, CUSTOM, SPAN])
    start = InstantOrDate()
    end = InstantOrDate(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind, end = attrs["kind"], attrs.get("end")
        is_instant = kind == SPAN
        for name in ("start", "end"):
            value = attrs.get(name)
            if value is not None and isinstance(value, datetime) is not is_instant:
                wanted = "an instant" if is_instant else "a local date"
                raise ValidationError({name: f"must be {wanted} for a {kind}"})
        if kind in {CUSTOM, SPAN}:
            if end is None:
                raise ValidationError({"end": f"is needed for a {kind} period"})
            if end < attrs["start"]:
                raise ValidationError({"end": "must not be before the start"})
            if end - attrs["start"] > LONGEST:
                raise ValidationError({"end": "must be within ten years of the start"})
        elif end is not None:
            raise ValidationError({"end": f"follows from the start of a {kind}"})
        elif Period.containing(PeriodKind(kind), attrs["start"]).first_on != attrs["start"]:
            raise ValidationError({"start": f"is not the first day of a {kind}"})
        return attrs


class Hours(Strict):
    """Wall-clock times; `to` at or before `from` passes midnight."""

    to = WallTime()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": WallTime()}


class WeeklySerializer(Hours):
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), max_length=7
    )


class OpeningSerializer(Hours):
    date = LocalDate()


class CalendarSerializer(Strict):
    weekly = WeeklySerializer(**SOME)
    holidays = serializers.ListField(child=LocalDate(), required=False, max_length=MOST)
    openings = OpeningSerializer(**SOME)


class Bounded(Strict):
    """A span of two instants."""

    start = Instant()
    end = Instant()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] is not None and attrs["end"] < attrs["start"]:
            raise ValidationError({"end": "must not be before the start"})
        return attrs


class OutageSerializer(Bounded):
    """`end` null: it lasts."""

    end = Instant(allow_null=True)
    weight = serializers.IntegerField(min_value=0, max_value=1000, default=1000)


class ExclusionSerializer(Bounded):
    effect = serializers.ChoiceField(choices=list(Effect), default=Effect.EXCLUDE)
    state = serializers.ChoiceField(choices=STATES, default="approved")
    announced_at = Instant(required=False, allow_null=True)


class EffectiveSerializer(Strict):
    to = InstantOrDate(required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        start = InstantOrDate(required=False, allow_null=True)
        return {**super().get_fields(), "from": start}


class TargetSerializer(Strict):
    operator = serializers.ChoiceField(choices=list(Operator), default=Operator.AT_LEAST)
    percent = serializers.DecimalField(min_value=0, max_value=100, **PLACES)


class RulesSerializer(Strict):
    unknown_policy = serializers.ChoiceField(
        choices=list(UnknownPolicy), default=UnknownPolicy.EXCLUDE
    )
    hold_last_seconds = serializers.IntegerField(min_value=0, max_value=10**9, default=0)
    overlap = serializers.ChoiceField(choices=list(Overlap), default=Overlap.MAX)
    min_outage_seconds = serializers.IntegerField(min_value=0, max_value=10**9, default=0)
    notice_hours = serializers.IntegerField(min_value=0, max_value=10**5, default=0)
    exclusion_cap_seconds = serializers.IntegerField(
        min_value=0, max_value=10**12, allow_null=True, default=None
    )
    min_coverage_percent = serializers.DecimalField(
        max_digits=9,
        decimal_places=6,
        min_value=0,
        max_value=100,
        allow_null=True,
        default=None,
    )


class SimulationSerializer(Strict):
    """A definition and what happened. `calendar` null: around the clock."""

    timezone = Zone()
    period = PeriodSerializer()
    as_of = Instant(required=False, allow_null=True)
    effective = EffectiveSerializer(required=False, allow_null=True)
    calendar = CalendarSerializer(required=False, allow_null=True)
    target = TargetSerializer()
    outages = OutageSerializer(**SOME)
    exclusions = ExclusionSerializer(**SOME)
    unknown = Bounded(**SOME)
    rules = RulesSerializer(required=False)


class Simulation(Endpoint):
    """Measures a definition as if it were an agreement; nothing is saved."""

    serializer_class = SimulationSerializer

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def create(self, request: Request) -> Response:
        body = SimulationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        rules = {**RulesSerializer(data={}).run_validation({}), **asked.get("rules", {})}
        floor = rules.pop("min_coverage_percent")
        period = _period(asked["period"], asked["timezone"])
        by = Rules(
            **{
                **rules,
                "unknown_policy": UnknownPolicy(rules["unknown_policy"]),
                "overlap": Overlap(rules["overlap"]),
            }
        )
        measured = measure(period, _situation(asked, period), by, as_of=asked.get("as_of"))
        target = Target(
            Operator(asked["target"]["operator"]),
            asked["target"]["percent"],
            by.unknown_policy,
            floor,
        )
        verdict = judge(measured.facts, target, to_come_seconds=measured.to_come_seconds)
        return Response(_answer(measured, verdict))


def _period(asked: dict[str, Any], zone: ZoneInfo) -> Interval:
    if asked["kind"] == SPAN:
        return Interval(asked["start"], asked["end"])
    if asked["kind"] == CUSTOM:
        return Interval(day_start(asked["start"], zone), day_start(asked["end"], zone))
    return Period.containing(PeriodKind(asked["kind"]), asked["start"]).interval(zone)


def _situation(asked: dict[str, Any], period: Interval) -> Situation:
    zone = asked["timezone"]
    effective = asked.get("effective") or {}
    calendar = asked.get("calendar")
    return Situation(
        hours=None if calendar is None else agreed_time(_hours(calendar), period, zone),
        outages=[
            # One that lasts goes on beyond any period.
            Down(Interval(o["start"], o["end"] or o["start"] + CENTURIES), o["weight"], str(n))
            for n, o in enumerate(asked.get("outages", ()))
        ],
        excuses=[
            Excuse(
                Interval(e["start"], e["end"]),
                Effect(e["effect"]),
                is_approved=e["state"] == "approved",
                announced_at=e.get("announced_at"),
                id=str(n),
            )
            for n, e in enumerate(asked.get("exclusions", ()))
        ],
        unknown=[Interval(u["start"], u["end"]) for u in asked.get("unknown", ())],
        effective_from=_instant(effective.get("from"), zone),
        effective_to=_instant(effective.get("to"), zone),
    )


def _hours(calendar: dict[str, Any]) -> ServiceHours:
    return ServiceHours(
        weekly=tuple(
            Window(day, hours["from"], hours["to"])
            for hours in calendar.get("weekly", ())
            for day in sorted(set(hours["days"]))
        ),
        holidays=frozenset(calendar.get("holidays", ())),
        openings=tuple(
            Opening(opening["date"], opening["from"], opening["to"])
            for opening in calendar.get("openings", ())
        ),
    )


def _instant(value: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return day_start(value, zone)


def _answer(measured: Measured, verdict: Verdict) -> dict[str, Any]:
    facts, elapsed = measured.facts, measured.elapsed
    band, value, coverage = verdict.band, verdict.value, verdict.coverage
    return {
        "period": {
            "start": written(elapsed.start),
            "end": written(whole(elapsed.end)),
            "seconds": facts.seconds,
        },
        "facts": {name: getattr(facts, name) for name in FACTS},
        "base_seconds": verdict.base_seconds,
        "down_seconds": seconds_of(verdict.down_milli),
        "value_percent": None if value is None else percent_of(cut_percent(value)),
        "band_percent": None if band is None else [percent_of(cut_percent(b)) for b in band],
        "coverage_percent": None if coverage is None else percent_of(cut_percent(coverage)),
        "status": verdict.status,
        "reason": verdict.reason,
        "budget_seconds": seconds_of(verdict.budget_milli),
        "budget_left_seconds": seconds_of(verdict.budget_left_milli),
    }
