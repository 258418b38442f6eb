"""Configuration items for programs."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from assets import commands, queries
from assets.models import CI, CIType, Relationship
from bsm.web.rest import Endpoint, StrictModel
from catalog.domain.access import Action
from catalog.queries import require


class CISerializer(StrictModel):
    """A configuration item. `version` must be sent back to change it."""

    class Meta:
        model = CI
        fields = [
            "id",
            "name",
            "type",
            "environment",
            "owner",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "created_at", "updated_at"]
        extra_kwargs = {"version": {"required": False}}


class CIs(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """What services run on."""

    serializer_class = CISerializer
    filters = frozenset({"type", "name"})

    def get_queryset(self) -> QuerySet[CI]:
        cis = queries.cis_visible_to(self.request.user).order_by("name", "pk")
        asked = self.request.query_params
        if self.action == "list" and "type" in asked:
            if asked["type"] not in CIType.values:
                raise ValidationError({"type": f"is one of {', '.join(CIType.values)}"})
            cis = cis.filter(type=asked["type"])
        if self.action == "list" and "name" in asked:
            cis = cis.filter(name=asked["name"])
        return cis

    def create(self, request: Request) -> Response:
        require(request.user, Action.EDIT_ASSETS)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = dict(serializer.validated_data)
        body.pop("version", None)
        ci = commands.create_ci(**body)
        return Response(self.get_serializer(ci).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        ci = self.get_object()
        require(request.user, Action.EDIT_ASSETS)
        serializer = self.get_serializer(ci, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        body = dict(serializer.validated_data)
        if "version" not in body:
            raise ValidationError({"version": "Say which version you change."})
        expected = body.pop("version")
        changed = commands.update_ci(ci, expected_version=expected, **body)
        return Response(self.get_serializer(changed).data)


class RelationshipSerializer(StrictModel):
    """The source stands in this relation to the target since `since`, until `until`."""

    since = serializers.DateTimeField(source="valid.lower", read_only=True)
    until = serializers.DateTimeField(source="valid.upper", read_only=True)

    class Meta:
        model = Relationship
        fields = ["id", "source", "target", "kind", "since", "until"]
        read_only_fields = ["id"]


class Relationships(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """How configuration items hang together, and did."""

    serializer_class = RelationshipSerializer

    def get_queryset(self) -> QuerySet[Relationship]:
        return Relationship.objects.order_by("pk")

    def create(self, request: Request) -> Response:
        require(request.user, Action.EDIT_ASSETS)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data
        relationship = commands.relate(
            body["source"], body["kind"], body["target"], since=timezone.now()
        )
        return Response(self.get_serializer(relationship).data, status=status.HTTP_201_CREATED)
