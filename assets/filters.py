"""Lists of configuration items, narrowed by what stands in the address."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet

from assets.models import CI, CIType, Environment


class CIFilter(forms.Form):
    """Text, type and environment."""

    q = forms.CharField(label="Search", max_length=80, required=False)
    type = forms.ChoiceField(
        label="Type", choices=[("", "All types"), *CIType.choices], required=False
    )
    environment = forms.ChoiceField(
        label="Environment",
        choices=[("", "All environments"), *Environment.choices],
        required=False,
    )

    def narrowed(self, cis: QuerySet[CI]) -> QuerySet[CI]:
        """The items that fit; a condition that cannot be understood fits none."""
        if not self.is_valid():
            return cis.none()
        asked = self.cleaned_data
        if text := asked["q"]:
            cis = cis.filter(
                Q(name__icontains=text)
                | Q(owner__username__icontains=text)
                | Q(owner__last_name__icontains=text)
            )
        for name in ("type", "environment"):
            if asked[name]:
                cis = cis.filter(**{name: asked[name]})
        return cis.order_by("name", "pk")

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)
