"""What came out, period by period."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from bsm.kernel.periods import Period
from bsm.web.rest import Endpoint, Strict, StrictModel
from sla import queries
from sla.api.fields import percent_of, plain, seconds_of
from sla.domain.words import Status
from sla.models import PeriodResult

FACTS = ["not_effective", "out_of_hours", "excluded", "unknown", "up", "impaired", "forgiven"]


@extend_schema_field(OpenApiTypes.STR)
class Shown(serializers.ReadOnlyField):
    """A figure as text: `shape` writes it, None stays None."""

    def __init__(self, shape: Callable[[Any], str | None], **options: Any) -> None:
        super().__init__(**options)
        self.shape = shape

    def to_representation(self, value: Any) -> str | None:
        return self.shape(value)


class PeriodSerializer(Strict):
    kind = serializers.CharField(source="period_kind")
    first_on = serializers.DateField()


class NamedSerializer(Strict):
    id = serializers.UUIDField()
    name = serializers.CharField()


class PromiseSerializer(Strict):
    id = serializers.UUIDField()
    target_percent = Shown(plain)
    operator = serializers.CharField()


class AgreementOfResultSerializer(Strict):
    id = serializers.UUIDField(source="agreement.pk")
    name = serializers.CharField(source="agreement.name")
    version = serializers.IntegerField(source="number")


class FactsSerializer(StrictModel):
    """Whole seconds by what they were; all but the forgiven, which are up, add up."""

    class Meta:
        model = PeriodResult
        fields = FACTS


class ResultSerializer(Strict):
    """One promise in one period. Seconds are whole; weighted ones are decimal strings."""

    id = serializers.IntegerField()
    period = PeriodSerializer(source="*")
    service = NamedSerializer(source="commitment.service")
    commitment = PromiseSerializer()
    agreement = AgreementOfResultSerializer(source="commitment.version")
    facts = FactsSerializer(source="*")
    base_seconds = serializers.IntegerField()
    down_seconds = Shown(seconds_of, source="down_milli")
    value_percent = Shown(percent_of)
    status = serializers.CharField(allow_null=True)
    reason = serializers.SerializerMethodField()
    band_percent = serializers.SerializerMethodField()
    coverage_percent = Shown(percent_of)
    budget_seconds = Shown(seconds_of, source="budget_milli")
    budget_left_seconds = Shown(seconds_of, source="budget_left_milli")
    is_provisional = serializers.BooleanField()

    def get_reason(self, result: PeriodResult) -> str | None:
        return result.reason or None

    def get_band_percent(self, result: PeriodResult) -> list[str | None] | None:
        if result.band_low_percent is None:
            return None
        return [percent_of(result.band_low_percent), percent_of(result.band_high_percent)]


class Results(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Results of the promises about services that the caller may see."""

    serializer_class = ResultSerializer
    filters = frozenset({"period", "service", "agreement", "status"})

    def get_queryset(self) -> QuerySet[PeriodResult]:
        if self.action != "list":
            return queries.results_visible_to(self.request.user)
        return _narrowed(self.request)

    @extend_schema(
        parameters=[
            OpenApiParameter("period", str, description="A month, like 2026-08."),
            OpenApiParameter("service", str, description="Id of a service."),
            OpenApiParameter("agreement", str, description="Id of an agreement."),
            OpenApiParameter("status", str, enum=list(Status)),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return super().list(request, *args, **kwargs)


def _narrowed(request: Request) -> QuerySet[PeriodResult]:
    asked = request.query_params
    if "period" in asked:
        results = queries.results_of(request.user, _month(asked["period"]))
    else:
        results = queries.results_visible_to(request.user).order_by("-first_on", "pk")
    if "service" in asked:
        results = results.filter(commitment__service=_id(asked["service"], "service"))
    if "agreement" in asked:
        agreement = _id(asked["agreement"], "agreement")
        results = results.filter(commitment__version__agreement=agreement)
    if "status" in asked:
        if asked["status"] not in list(Status):
            raise ValidationError({"status": f"is one of {', '.join(Status)}"})
        results = results.filter(status=asked["status"])
    return results


def _month(text: str) -> Period:
    try:
        return Period.month(text)
    except ValueError as error:
        raise ValidationError({"period": str(error)}) from error


def _id(text: str, name: str) -> Any:
    try:
        return serializers.UUIDField().to_internal_value(text)
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error
