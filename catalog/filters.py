"""Lists of services, narrowed by what stands in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from catalog.models import BusinessUnit, Criticality, LifecycleState, Service
from catalog.queries import subtree

ORDERS = {
    "name": ("name", "pk"),
    "criticality": ("-criticality", "name", "pk"),
    "state": ("state", "name", "pk"),
}
LAYOUTS = {"table": "Table", "cards": "Cards"}


class ServiceFilter(forms.Form):
    """Text, business unit with all below it, lifecycle state and criticality."""

    q = forms.CharField(label="Search", max_length=80, required=False)
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(),
        label="Business unit",
        required=False,
        empty_label="All business units",
    )
    state = forms.ChoiceField(
        label="State", choices=[("", "All states"), *LifecycleState.choices], required=False
    )
    criticality = forms.ChoiceField(
        label="Criticality",
        choices=[("", "All criticalities"), *Criticality.choices],
        required=False,
    )
    sort = forms.ChoiceField(
        label="Order",
        choices=[("name", "By name"), ("criticality", "Most critical"), ("state", "By state")],
        required=False,
    )
    view = forms.ChoiceField(label="Layout", choices=list(LAYOUTS.items()), required=False)

    def __init__(self, *args: Any, units: QuerySet[BusinessUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def narrowed(self, services: QuerySet[Service]) -> QuerySet[Service]:
        """The services that fit; a condition that cannot be understood fits none."""
        if not self.is_valid():
            return services.none()
        asked = self.cleaned_data
        if asked["q"]:
            text = asked["q"]
            services = services.filter(
                Q(name__icontains=text)
                | Q(value__icontains=text)
                | Q(description__icontains=text)
            )
        if asked["unit"]:
            services = services.filter(business_unit__in=subtree([asked["unit"].pk]))
        if asked["state"]:
            services = services.filter(state=asked["state"])
        if asked["criticality"]:
            services = services.filter(criticality=asked["criticality"])
        return services.order_by(*ORDERS[asked["sort"] or "name"])

    @property
    def layout(self) -> str:
        asked = self.cleaned_data.get("view") if self.is_valid() else ""
        return asked or "table"

    @property
    def narrows(self) -> bool:
        """Whether anything beyond order and layout was asked."""
        return any(self.data.get(name) for name in ("q", "unit", "state", "criticality"))
