"""Input about services, cleaned."""

from __future__ import annotations

from typing import Any

from django import forms

from catalog.models import BusinessUnit, Role, Service, User


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs alone
    """One service; `version` guards against two people editing at once."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Service
        fields = [
            "name",
            "value",
            "description",
            "business_unit",
            "owner",
            "criticality",
            "state",
        ]
        labels = {
            "value": "What it lets people do",
            "business_unit": "Business unit",
            "state": "Lifecycle state",
        }
        help_texts = {
            "name": "The name its users know it by.",
            "value": "One sentence, at most 140 characters.",
            "criticality": "How badly the business needs it.",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("last_name", "username")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.fields["owner"].label_from_instance = lambda user: user.label  # type: ignore[attr-defined]
        self.fields["owner"].empty_label = "Nobody yet"  # type: ignore[attr-defined]
        self.fields["business_unit"].empty_label = "None"  # type: ignore[attr-defined]
        self.fields["version"].initial = self.instance.version

    @property
    def values(self) -> dict[str, Any]:
        """What the commands take."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RoleForm(forms.Form):
    """A role with its scope: everything unless a unit or a service is chosen."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)
    business_unit = forms.ModelChoiceField(
        BusinessUnit.objects.all(),
        label="In a business unit and all below it",
        required=False,
        empty_label="Everything",
    )
    service = forms.ModelChoiceField(
        Service.objects.all(), label="For one service", required=False, empty_label="Everything"
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the command takes."""
        return {**self.cleaned_data, "role": Role(self.cleaned_data["role"])}


class TeamForm(forms.Form):
    """A team and who is in it."""

    name = forms.CharField(label="Name", max_length=120)
    members = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True).order_by("last_name", "username"),
        label="Members",
        required=False,
    )


class CheckAccessForm(forms.Form):
    """Whose rights, and on what."""

    person = forms.ModelChoiceField(
        User.objects.order_by("last_name", "username"), label="Person"
    )
    service = forms.ModelChoiceField(
        Service.objects.all(),
        label="Service",
        required=False,
        empty_label="The portal as a whole",
    )
