"""Input about configuration items, cleaned."""

from __future__ import annotations

from typing import Any

from django import forms

from assets.models import CI, Relationship, RelationshipKind
from catalog.models import User


class CIForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs alone
    """One configuration item; `version` guards against two people editing at once."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = CI
        fields = ["name", "type", "environment", "owner"]
        help_texts = {
            "name": "The name that the people who run it use.",
            "owner": "The one person who looks after it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("last_name", "username")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.fields["owner"].label_from_instance = lambda user: user.label  # type: ignore[attr-defined]
        self.fields["version"].initial = self.instance.version

    @property
    def values(self) -> dict[str, Any]:
        """What the commands take."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RelationshipForm(forms.Form):
    """A relation from a known source to another item."""

    kind = forms.ChoiceField(choices=RelationshipKind)
    target = forms.ModelChoiceField(CI.objects.none(), label="To")

    def __init__(self, *args: Any, source: CI, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        related = Relationship.objects.filter(source=source, valid__upper_inf=True)
        self.fields["target"].queryset = CI.objects.exclude(pk=source.pk).exclude(  # type: ignore[attr-defined]
            pk__in=related.filter(kind=self.data.get("kind", "")).values("target")
        )
