"""Agreements, their versions and what each promises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.rest import Endpoint, Strict, StrictModel
from catalog.domain.access import Action
from catalog.models import BusinessUnit, Service, User
from catalog.queries import ANYWHERE, require, services_visible_to
from sla import commands, queries
from sla.api.fields import LocalDate, plain
from sla.models import Agreement, AgreementVersion, Calendar, Commitment


class VisibleService(serializers.PrimaryKeyRelatedField[Service]):
    """A service; one that the caller may not see looks as if it were not there."""

    def get_queryset(self) -> QuerySet[Service]:
        return services_visible_to(self.context["request"].user)


LEAST_TARGET = Decimal("0.0001")


class CommitmentSerializer(StrictModel):
    """One promise of a version."""

    service = VisibleService()
    calendar = serializers.PrimaryKeyRelatedField[Calendar](
        queryset=Calendar.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = Commitment
        fields = [
            "id",
            "service",
            "calendar",
            "operator",
            "target_percent",
            "period_kind",
            "unknown_policy",
            "hold_last_seconds",
            "overlap",
            "min_outage_seconds",
            "notice_hours",
            "exclusion_cap_seconds",
            "min_coverage_percent",
        ]
        read_only_fields = ["id"]
        extra_kwargs = {
            "target_percent": {"min_value": LEAST_TARGET, "max_value": 100},
            "min_coverage_percent": {"min_value": 0, "max_value": 100},
        }
        # The command asks the model, which knows the version; here there is none yet.
        validators: list[Any] = []

    def to_representation(self, instance: Commitment) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return {**shown, "target_percent": plain(instance.target_percent)}


class VersionSerializer(Strict):
    """The promises of an agreement between two days; without an end until further notice."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    state = serializers.CharField(read_only=True)
    effective_from = LocalDate()
    effective_to = LocalDate(required=False, allow_null=True)
    change_reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
    ends_previous = serializers.BooleanField(required=False, write_only=True)
    commitments = CommitmentSerializer(many=True, allow_empty=False)

    def to_representation(self, instance: AgreementVersion) -> dict[str, Any]:
        upper = instance.effective.upper
        return {
            "id": str(instance.pk),
            "number": instance.number,
            "state": instance.state,
            "effective_from": instance.effective.lower.isoformat(),
            "effective_to": upper.isoformat() if upper else None,
            "change_reason": instance.change_reason,
            "commitments": CommitmentSerializer(instance.commitments.all(), many=True).data,
        }


class AgreementSerializer(StrictModel):
    """An agreement; made together with its first version."""

    customer = serializers.PrimaryKeyRelatedField[BusinessUnit](
        queryset=BusinessUnit.objects.all(), required=False, allow_null=True
    )
    owner = serializers.PrimaryKeyRelatedField[User](
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    effective_from = LocalDate(write_only=True)
    effective_to = LocalDate(write_only=True, required=False, allow_null=True)
    commitments = CommitmentSerializer(many=True, allow_empty=False, write_only=True)
    versions = VersionSerializer(many=True, read_only=True)

    class Meta:
        model = Agreement
        fields = [
            "id",
            "name",
            "kind",
            "customer",
            "timezone",
            "owner",
            "effective_from",
            "effective_to",
            "commitments",
            "versions",
        ]
        read_only_fields = ["id"]


class Agreements(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Agreements about services that the caller may see."""

    serializer_class = AgreementSerializer

    def get_queryset(self) -> QuerySet[Agreement]:
        user = self.request.user
        shown = Commitment.objects.filter(service__in=services_visible_to(user))
        return (
            queries.agreements_visible_to(user)
            .prefetch_related("versions", Prefetch("versions__commitments", shown))
            .order_by("name", "pk")
        )

    def create(self, request: Request) -> Response:
        require(request.user, Action.EDIT_PROMISES, ANYWHERE)
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        _require_all(request, body.validated_data)
        agreement = commands.create_agreement(**body.validated_data)
        shown = self.get_serializer(agreement)
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"], serializer_class=VersionSerializer)
    def versions(self, request: Request, pk: str) -> Response:
        """Promise something else from a day on."""
        agreement = self.get_object()
        if not queries.may_change(agreement, request.user):
            raise PermissionDenied("You may not change this agreement.")
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        _require_all(request, body.validated_data)
        version = commands.add_version(agreement, **body.validated_data)
        return Response(VersionSerializer(version).data, status=status.HTTP_201_CREATED)


def _require_all(request: Request, body: dict[str, Any]) -> None:
    for commitment in body["commitments"]:
        require(request.user, Action.EDIT_PROMISES, commitment["service"])
