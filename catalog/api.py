"""The catalogue for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.rest import Endpoint, StrictModel
from catalog import commands, queries
from catalog.domain.access import Action
from catalog.models import BusinessUnit, LifecycleState, Service, User


class ServiceSerializer(StrictModel):
    """A service. `version` must be sent back to change it."""

    business_unit = serializers.PrimaryKeyRelatedField[BusinessUnit](
        queryset=BusinessUnit.objects.all(), required=False, allow_null=True
    )
    owner = serializers.PrimaryKeyRelatedField[User](
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )

    class Meta:
        model = Service
        fields = [
            "id",
            "slug",
            "name",
            "value",
            "description",
            "business_unit",
            "owner",
            "criticality",
            "state",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "slug", "created_at", "updated_at"]
        extra_kwargs = {"version": {"required": False}}


class Services(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Services that the caller may see."""

    serializer_class = ServiceSerializer
    filters = frozenset({"state", "name", "business_unit"})

    def get_queryset(self) -> QuerySet[Service]:
        services = queries.services_visible_to(self.request.user).order_by("name", "pk")
        if self.action != "list":
            return services
        return _narrowed(services, self.request)

    def create(self, request: Request) -> Response:
        queries.require(request.user, Action.ADD_SERVICE)
        body = self._clean(request, partial=False)
        body.pop("version", None)
        service = commands.create_service(**body)
        return Response(self.get_serializer(service).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        service = self.get_object()
        queries.require(request.user, Action.EDIT_SERVICE, service)
        body = self._clean(request, partial=True, instance=service)
        if "version" not in body:
            raise ValidationError({"version": "Say which version you change."})
        expected = body.pop("version")
        changed = commands.update_service(service, expected_version=expected, **body)
        return Response(self.get_serializer(changed).data)

    def _clean(self, request: Request, **options: Any) -> dict[str, Any]:
        serializer = self.get_serializer(options.pop("instance", None), request.data, **options)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class BusinessUnitSerializer(StrictModel):
    """A part of the company, and the part above it."""

    class Meta:
        model = BusinessUnit
        fields = ["id", "name", "parent", "head"]
        read_only_fields = ["id"]


class BusinessUnits(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """The tree of business units."""

    serializer_class = BusinessUnitSerializer

    def get_queryset(self) -> QuerySet[BusinessUnit]:
        return queries.units_visible_to(self.request.user).order_by("name", "pk")

    def create(self, request: Request) -> Response:
        queries.require(request.user, Action.ADD_SERVICE)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        unit = commands.create_business_unit(**serializer.validated_data)
        return Response(self.get_serializer(unit).data, status=status.HTTP_201_CREATED)


def _narrowed(services: QuerySet[Service], request: Request) -> QuerySet[Service]:
    asked = request.query_params
    if "state" in asked:
        if asked["state"] not in LifecycleState.values:
            raise ValidationError({"state": f"is one of {', '.join(LifecycleState.values)}"})
        services = services.filter(state=asked["state"])
    if "name" in asked:
        services = services.filter(name=asked["name"])
    if "business_unit" in asked:
        field = serializers.UUIDField()
        try:
            unit = field.to_internal_value(asked["business_unit"])
        except ValidationError as error:
            raise ValidationError({"business_unit": error.detail}) from error
        if not BusinessUnit.objects.filter(pk=unit).exists():
            raise Http404
        services = services.filter(business_unit__in=queries.subtree([unit]))
    return services
