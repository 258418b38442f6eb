"""Monitors, what they found, and how their subjects were."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import CI
from assets.queries import cis_visible_to
from bsm.web.asked import id_asked, span_asked
from bsm.web.rest import Endpoint, Instant, Strict, StrictModel
from catalog.domain.access import Action
from catalog.models import Service
from catalog.queries import ANYWHERE, require, services_visible_to
from monitoring import commands, queries
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome, State
from monitoring.models import CheckResult, Monitor, MonitorKind, StatusInterval

WINDOW = frozenset({"from", "to", "limit", "offset"})


class MonitorSerializer(StrictModel):
    """A monitor of one service or one CI. `version` must be sent back to change it."""

    service = serializers.PrimaryKeyRelatedField[Service](
        queryset=Service.objects.none(), required=False, allow_null=True
    )
    ci = serializers.PrimaryKeyRelatedField[CI](
        queryset=CI.objects.none(), required=False, allow_null=True
    )
    target = serializers.DictField(child=serializers.JSONField(), required=False)
    state = serializers.CharField(source="head.state", read_only=True)
    since = serializers.DateTimeField(source="head.since", read_only=True)

    class Meta:
        model = Monitor
        fields = [
            "id",
            "name",
            "kind",
            "service",
            "ci",
            "target",
            "interval_ms",
            "retry_interval_ms",
            "timeout_ms",
            "confirm_down",
            "confirm_degraded",
            "confirm_up",
            "stale_after_ms",
            "late_horizon_ms",
            "is_enabled",
            "state",
            "since",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "created_at", "updated_at"]
        extra_kwargs = {"version": {"required": False}}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        request = self.context.get("request")
        if request is not None:
            # What one may not see cannot be watched either, and looks as if it were not there.
            for name, rows in (
                ("service", services_visible_to(request.user)),
                ("ci", cis_visible_to(request.user)),
            ):
                field: Any = self.fields[name]
                field.queryset = rows


class ResultSerializer(serializers.ModelSerializer[CheckResult]):
    """One check."""

    outcome = serializers.SerializerMethodField()

    class Meta:
        model = CheckResult
        fields = [
            "slot",
            "late_ms",
            "outcome",
            "code",
            "elapsed_us",
            "is_imported",
            "is_ignored",
        ]

    def get_outcome(self, result: CheckResult) -> str:
        return Outcome(result.outcome).name.lower()


class IntervalSerializer(serializers.ModelSerializer[StatusInterval]):
    """A stretch of one state; `ended_at` is null while it lasts."""

    started_at = serializers.DateTimeField(source="valid.lower")
    ended_at = serializers.DateTimeField(source="valid.upper")

    class Meta:
        model = StatusInterval
        fields = ["state", "started_at", "ended_at", "decided_at", "last_contrary_at"]


class PushedResultSerializer(Strict):
    """One result that was found elsewhere."""

    at = Instant()
    outcome = serializers.ChoiceField([outcome.name.lower() for outcome in Outcome])
    code = serializers.IntegerField(required=False, min_value=0, max_value=999)
    elapsed_us = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    message = serializers.CharField(required=False, max_length=500, allow_blank=True)


class PushSerializer(Strict):
    """Results of one monitor, at most a thousand at a time."""

    results = serializers.ListField(
        child=PushedResultSerializer(), allow_empty=False, max_length=1000
    )


class Monitors(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Monitors of what the caller may see."""

    serializer_class = MonitorSerializer
    filters = frozenset({"name", "kind", "state", "service", "ci", "is_enabled"})
    parameters = {"results": WINDOW, "intervals": WINDOW}

    def get_queryset(self) -> QuerySet[Monitor]:
        visible = queries.monitors_visible_to(self.request.user)
        monitors = visible.select_related("head").order_by("name", "pk")
        return _narrowed(monitors, self.request) if self.action == "list" else monitors

    def create(self, request: Request) -> Response:
        require(request.user, Action.EDIT_MONITORS, ANYWHERE)
        body = self._clean(request)
        require(request.user, Action.EDIT_MONITORS, body.get("service"))
        body.pop("version", None)
        is_enabled = body.pop("is_enabled", True)
        now = timezone.now()
        monitor = commands.create_monitor(now=now, **body)
        if not is_enabled:
            monitor = commands.pause_monitor(monitor, now=now)
        return Response(self._shown(monitor), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        monitor = self.get_object()
        require(request.user, Action.EDIT_MONITORS, monitor.service)
        body = self._clean(request, instance=monitor)
        for name in ("service", "ci"):
            if name in body:
                raise ValidationError({name: "A monitor stays with what it watches."})
        if "version" not in body:
            raise ValidationError({"version": "Say which version you change."})
        expected = body.pop("version")
        changed = commands.update_monitor(
            monitor, now=timezone.now(), expected_version=expected, **body
        )
        return Response(self._shown(changed))

    @action(detail=True, methods=["get"])
    def intervals(self, request: Request, pk: str) -> Response:
        """The believed states, the newest first."""
        start, end = span_asked(request)
        rows = StatusInterval.objects.filter(
            monitor=self.get_object(), recorded__upper_inf=True
        )
        if start:
            rows = rows.filter(Q(valid__upper_inf=True) | Q(valid__endswith__gt=start))
        if end:
            rows = rows.filter(valid__startswith__lt=end)
        page = self.paginate_queryset(rows.order_by("-valid"))
        return self.get_paginated_response(IntervalSerializer(page, many=True).data)

    @action(detail=True, methods=["get", "post"])
    def results(self, request: Request, pk: str) -> Response:
        """The checks, the newest first; POST records results that were found elsewhere."""
        monitor = self.get_object()
        if request.method == "POST":
            return self._push(request, monitor)
        start, end = span_asked(request)
        rows = CheckResult.objects.filter(monitor_number=monitor.number)
        if start:
            rows = rows.filter(slot__gte=start)
        if end:
            rows = rows.filter(slot__lt=end)
        page = self.paginate_queryset(rows.order_by("-slot"))
        return self.get_paginated_response(ResultSerializer(page, many=True).data)

    def _push(self, request: Request, monitor: Monitor) -> Response:
        require(request.user, Action.EDIT_MONITORS, monitor.service)
        serializer = PushSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        now = timezone.now()
        pushed = [
            Observation(
                slot=row["at"],
                outcome=Outcome[row["outcome"].upper()],
                code=row.get("code"),
                elapsed_us=row.get("elapsed_us"),
                message=row.get("message", ""),
            )
            for row in serializer.validated_data["results"]
        ]
        if any(seen.slot > now for seen in pushed):
            raise ValidationError({"results": "A result cannot lie in the future."})
        new = commands.record_results(monitor, pushed, now=now)
        return Response({"new": new, "known": len(pushed) - new})

    def _clean(self, request: Request, instance: Monitor | None = None) -> dict[str, Any]:
        serializer = self.get_serializer(
            instance, data=request.data, partial=instance is not None
        )
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _shown(self, monitor: Monitor) -> Any:
        fresh = Monitor.objects.select_related("head").get(pk=monitor.pk)
        return self.get_serializer(fresh).data


def _narrowed(monitors: QuerySet[Monitor], request: Request) -> QuerySet[Monitor]:
    asked = request.query_params
    if "name" in asked:
        monitors = monitors.filter(name=asked["name"])
    for name, field, words in (
        ("kind", "kind", list(MonitorKind.values)),
        ("state", "head__state", [str(state) for state in State]),
    ):
        if name in asked:
            if asked[name] not in words:
                raise ValidationError({name: f"is one of {', '.join(words)}"})
            monitors = monitors.filter(**{field: asked[name]})
    if "is_enabled" in asked:
        if asked["is_enabled"] not in {"true", "false"}:
            raise ValidationError({"is_enabled": "is true or false"})
        monitors = monitors.filter(is_enabled=asked["is_enabled"] == "true")
    for name in ("service", "ci"):
        id = id_asked(request, name)
        if id is not None:
            monitors = monitors.filter(**{name: id})
    return monitors
