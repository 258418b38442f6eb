"""What came out, period by period."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from bsm.kernel.periods import Period
from bsm.web.rest import Endpoint
from sla import queries
from sla.api.fields import percent_of, plain, seconds_of
from sla.domain.words import Status
from sla.models import PeriodResult

FACTS = ["not_effective", "out_of_hours", "excluded", "unknown", "up", "impaired", "forgiven"]


class ResultSerializer(serializers.BaseSerializer[PeriodResult]):
    """One promise in one period. Seconds are whole; weighted ones are decimal strings."""

    def to_representation(self, result: PeriodResult) -> dict[str, Any]:
        commitment = result.commitment
        agreement = commitment.version.agreement
        low, high = percent_of(result.band_low_percent), percent_of(result.band_high_percent)
        left, budget = result.budget_left_milli, result.budget_milli
        return {
            "id": result.pk,
            "period": {"kind": result.period_kind, "first_on": result.first_on.isoformat()},
            "service": {"id": str(commitment.service_id), "name": commitment.service.name},
            "commitment": {
                "id": str(commitment.pk),
                "target_percent": plain(commitment.target_percent),
                "operator": commitment.operator,
            },
            "agreement": {
                "id": str(agreement.pk),
                "name": agreement.name,
                "version": commitment.version.number,
            },
            "facts": {name: getattr(result, name) for name in FACTS},
            "base_seconds": result.base_seconds,
            "down_seconds": seconds_of(result.down_milli),
            "value_percent": percent_of(result.value_percent),
            "status": result.status,
            "reason": result.reason or None,
            "band_percent": None if low is None else [low, high],
            "coverage_percent": percent_of(result.coverage_percent),
            "budget_seconds": None if budget is None else seconds_of(budget),
            "budget_left_seconds": None if left is None else seconds_of(left),
            "is_provisional": result.is_provisional,
        }


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
