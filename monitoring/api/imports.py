"""Importing check history: planned by one call, applied by another."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.rest import Endpoint, Instant, Strict, StrictModel
from catalog.domain.access import Action
from catalog.models import User
from catalog.queries import require
from monitoring import commands
from monitoring.models import HistoryImport

MAX_CONTENT = 30 * 1024 * 1024


class HistorySerializer(Strict):
    """A file as text; without `until` the history ends with its newest row."""

    file_name = serializers.CharField(max_length=255)
    content = serializers.CharField(max_length=MAX_CONTENT, trim_whitespace=False)
    until = Instant(required=False, allow_null=True)


class ImportSerializer(StrictModel):
    """A planned import: per monitor what is new, and each bad row with its reason."""

    class Meta:
        model = HistoryImport
        fields = ["id", "file_name", "until", "plan", "planned_at", "applied_at"]
        read_only_fields = fields


class Imports(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Imports of check history, the newest first."""

    serializer_class = ImportSerializer

    def get_queryset(self) -> QuerySet[HistoryImport]:
        require(self.request.user, Action.IMPORT_HISTORY)
        return HistoryImport.objects.defer("content").order_by("-planned_at", "pk")

    def create(self, request: Request) -> Response:
        require(request.user, Action.IMPORT_HISTORY)
        serializer = HistorySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data
        planned = commands.plan_history(
            body["content"],
            file_name=body["file_name"],
            until=body.get("until"),
            actor=request.user if isinstance(request.user, User) else None,
            now=timezone.now(),
        )
        return Response(self.get_serializer(planned).data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"], url_path="apply")
    def apply(self, request: Request, pk: str) -> Response:
        """Write what is new. Applying twice changes nothing."""
        planned = self.get_object()
        return Response(commands.apply_history(planned, now=timezone.now()))
