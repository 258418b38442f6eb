"""Input about services, cleaned."""

from __future__ import annotations

from typing import Any

from django import forms

from catalog.models import Service, User


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
