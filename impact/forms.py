"""Input about the map, cleaned."""

from __future__ import annotations

from typing import Any

from django import forms

from assets.models import CI
from assets.queries import cis_visible_to
from bsm.kernel.subjects import Subject
from catalog.models import Service
from catalog.queries import Person, services_visible_to
from impact.models import DependencyGroup, GroupMode


class DependencyForm(forms.Form):
    """What the parent needs. `values` are the arguments of `add_dependency`."""

    child = forms.ChoiceField(
        label="Needs", help_text="The service or asset without which it does not work."
    )
    group = forms.CharField(
        label="As one of a group",
        required=False,
        max_length=80,
        help_text="Name what it stands in for, such as “database pair”. Empty: alone.",
    )
    mode = forms.ChoiceField(
        label="How the group counts",
        required=False,
        choices=[("", "As the group has it"), *GroupMode.choices],
    )
    weight = forms.IntegerField(
        required=False, initial=1, min_value=1, max_value=1_000_000, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, parent: Service | CI, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = services_visible_to(user).exclude(pk=parent.pk).order_by("name")
        cis = cis_visible_to(user).exclude(pk=parent.pk).order_by("name")
        self.things: dict[str, Service | CI] = {
            **{str(Subject.service(service.pk)): service for service in services},
            **{str(Subject.ci(ci.pk)): ci for ci in cis},
        }
        field = self.fields["child"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Choose…"),
            ("Services", [(str(Subject.service(s.pk)), s.name) for s in services]),
            ("Assets", [(str(Subject.ci(ci.pk)), ci.name) for ci in cis]),
        ]

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned input as the command takes it."""
        told = self.cleaned_data
        return {
            "child": self.things[told["child"]],
            "group": told["group"].strip(),
            "mode": told["mode"] or None,
            "weight": told["weight"] or 1,
        }


def groups_of(parent: Service | CI) -> list[DependencyGroup]:
    """The groups that the parent already has."""
    return list(parent.groups.order_by("name"))
