"""Lists of promises, narrowed by what stands in the address."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet

from sla.models import AgreementKind, Commitment


class PromiseFilter(forms.Form):
    """Text and kind of agreement."""

    q = forms.CharField(label="Search", max_length=80, required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "All kinds"), *AgreementKind.choices], required=False
    )

    def narrowed(self, promises: QuerySet[Commitment]) -> QuerySet[Commitment]:
        """The promises that fit; a condition that cannot be understood fits none."""
        if not self.is_valid():
            return promises.none()
        asked = self.cleaned_data
        if text := asked["q"]:
            promises = promises.filter(
                Q(service__name__icontains=text)
                | Q(version__agreement__name__icontains=text)
                | Q(version__agreement__customer__name__icontains=text)
            )
        if asked["kind"]:
            promises = promises.filter(version__agreement__kind=asked["kind"])
        return promises

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)
