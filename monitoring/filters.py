"""Lists of monitors, narrowed by what stands in the address."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet

from bsm.web.choices import choices
from monitoring.domain.status import State
from monitoring.models import Monitor, MonitorKind

PAUSED = "paused"


class MonitorFilter(forms.Form):
    """Text, kind and state."""

    q = forms.CharField(label="Search", max_length=80, required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "All kinds"), *MonitorKind.choices], required=False
    )
    state = forms.ChoiceField(
        label="State",
        choices=[("", "All states"), *choices(State), (PAUSED, "Paused")],
        required=False,
    )

    def narrowed(self, monitors: QuerySet[Monitor]) -> QuerySet[Monitor]:
        """The monitors that fit; a condition that cannot be understood fits none."""
        if not self.is_valid():
            return monitors.none()
        asked = self.cleaned_data
        if text := asked["q"]:
            monitors = monitors.filter(
                Q(name__icontains=text)
                | Q(service__name__icontains=text)
                | Q(ci__name__icontains=text)
            )
        if asked["kind"]:
            monitors = monitors.filter(kind=asked["kind"])
        if asked["state"] == PAUSED:
            monitors = monitors.filter(is_enabled=False)
        elif asked["state"]:
            monitors = monitors.filter(is_enabled=True, head__state=asked["state"])
        return monitors

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)
