"""Time that shall not count: asked for by one person, approved by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.kernel.intervals import Interval
from bsm.web.rest import Endpoint, Strict
from catalog.domain.access import Action
from catalog.models import User
from catalog.queries import ANYWHERE, require
from sla import commands, queries
from sla.api.agreements import VisibleService
from sla.api.fields import Instant, written
from sla.domain.words import Effect
from sla.models import Exclusion, ExclusionCategory


class ExclusionSerializer(Strict):
    """A span of one service. `announced_at` is now unless said otherwise."""

    id = serializers.UUIDField(read_only=True)
    service = VisibleService()
    start = Instant()
    end = Instant()
    category = serializers.ChoiceField(choices=ExclusionCategory.choices)
    effect = serializers.ChoiceField(choices=[e.value for e in Effect], required=False)
    announced_at = Instant(required=False)
    reason = serializers.CharField(max_length=200)
    state = serializers.CharField(read_only=True)

    def to_representation(self, instance: Exclusion) -> dict[str, Any]:
        return {
            "id": str(instance.pk),
            "service": str(instance.service_id),
            "start": written(instance.valid.lower),
            "end": written(instance.valid.upper),
            "category": instance.category,
            "effect": instance.effect,
            "announced_at": written(instance.announced_at),
            "reason": instance.reason,
            "state": instance.state,
            "requester": instance.requester_id and str(instance.requester_id),
            "approver": instance.approver_id and str(instance.approver_id),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] <= attrs["start"]:
            raise ValidationError({"end": "must be after the start"})
        span = Interval(attrs.pop("start"), attrs.pop("end"))
        return {**attrs, "span": span}


class Exclusions(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Exclusions of services that the caller may see, the latest first."""

    serializer_class = ExclusionSerializer

    def get_queryset(self) -> QuerySet[Exclusion]:
        return queries.exclusions_visible_to(self.request.user).order_by("-valid", "pk")

    def create(self, request: Request) -> Response:
        requester = request.user
        require(requester, Action.PROPOSE_EXCLUSION, ANYWHERE)
        assert isinstance(requester, User)
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        require(requester, Action.PROPOSE_EXCLUSION, body.validated_data["service"])
        exclusion = commands.request_exclusion(
            **body.validated_data, requester=requester, now=timezone.now()
        )
        return Response(self.get_serializer(exclusion).data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """From now on the span does not count; not for the one who asked."""
        return self._decide(request, commands.approve_exclusion)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """The span counts as it did."""
        return self._decide(request, commands.reject_exclusion)

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """The span counts again."""
        return self._decide(request, commands.revoke_exclusion)

    def _decide(self, request: Request, decide: Callable[..., Exclusion]) -> Response:
        exclusion = self.get_object()
        require(request.user, Action.APPROVE_EXCLUSION, exclusion.service)
        decided = decide(exclusion, approver=request.user)
        return Response(self.get_serializer(decided).data)
