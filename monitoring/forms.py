"""Input about monitors and their history, cleaned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assets.models import CI
from assets.queries import cis_visible_to
from catalog.domain.access import Action
from catalog.models import Service, User
from catalog.queries import may, services_for
from monitoring.models import Monitor, MonitorKind

MAX_FILE_BYTES = 30 * 1024 * 1024
TARGET_FIELDS = {
    MonitorKind.HTTP: ("url", "expected_status", "body_contains"),
    MonitorKind.TCP: ("host", "port"),
    MonitorKind.PASSIVE: (),
}


# The commands count in milliseconds.
FIELD_OF = {"interval_ms": "interval_seconds", "retry_interval_ms": "retry_seconds"}


class MonitorForm(forms.Form):
    """What is asked, how often, and how many answers in a row are believed.

    With `kind` it asks only for what that kind needs.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=MonitorKind, initial=MonitorKind.HTTP)
    service = forms.ModelChoiceField(
        Service.objects.none(), required=False, label="Watches the service", empty_label="None"
    )
    ci = forms.ModelChoiceField(
        CI.objects.none(), required=False, label="Or the asset", empty_label="None"
    )
    url = forms.CharField(
        required=False, max_length=2000, label="Address", help_text="For HTTP(S) monitors."
    )
    expected_status = forms.IntegerField(
        required=False,
        min_value=100,
        max_value=599,
        help_text="Empty: anything below 400. With a 3xx, redirects are not followed.",
    )
    body_contains = forms.CharField(required=False, max_length=500, label="Answer contains")
    host = forms.CharField(required=False, max_length=253, help_text="For TCP monitors.")
    port = forms.IntegerField(required=False, min_value=1, max_value=65535)
    interval_seconds = forms.IntegerField(
        initial=60, min_value=1, max_value=86_400, label="Every … seconds"
    )
    retry_seconds = forms.IntegerField(
        initial=10, min_value=1, max_value=86_400, label="While in doubt, every … seconds"
    )
    timeout_ms = forms.IntegerField(
        initial=5_000, min_value=100, max_value=600_000, label="Timeout (ms)"
    )
    confirm_down = forms.IntegerField(
        initial=3, min_value=1, max_value=100, label="Failures in a row that mean down"
    )
    confirm_degraded = forms.IntegerField(
        initial=3, min_value=1, max_value=100, label="Warnings in a row that mean degraded"
    )
    confirm_up = forms.IntegerField(
        initial=1, min_value=1, max_value=100, label="Good answers in a row that mean up"
    )

    def __init__(
        self, *args: Any, user: User, instance: Monitor | None = None, **options: Any
    ) -> None:
        initial = options.pop("initial", None) or {}
        kind = options.pop("kind", None)
        if instance is not None:
            initial = _shown(instance) | initial
            kind = instance.kind
        super().__init__(*args, **options | {"initial": initial})
        if kind is not None:
            self._settle_on(kind)
        if instance is not None:
            # A monitor stays with what it watches: its history is the history of that.
            del self.fields["service"], self.fields["ci"]
            return
        _choose(self, "service", services_for(user, Action.EDIT_MONITORS))
        cis = cis_visible_to(user)
        _choose(self, "ci", cis if may(user, Action.EDIT_MONITORS) else cis.none())

    def _settle_on(self, kind: str) -> None:
        self.fields["kind"].widget = forms.HiddenInput()
        self.initial["kind"] = kind
        for other, names in TARGET_FIELDS.items():
            for name in names:
                if other != kind:
                    del self.fields[name]
        for name in {"url", "host", "port"} & self.fields.keys():
            self.fields[name].required = True
            self.fields[name].help_text = ""
        if kind == MonitorKind.PASSIVE:
            for name in ("interval_seconds", "retry_seconds", "timeout_ms"):
                del self.fields[name]

    def add_error(self, field: str | None, error: Any) -> None:
        """What a command says about milliseconds is shown at the seconds."""
        super().add_error(FIELD_OF.get(field, field) if field else None, error)

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned input as the commands take it."""
        cleaned = self.cleaned_data
        wanted = TARGET_FIELDS[MonitorKind(cleaned["kind"])]
        target = {name: cleaned[name] for name in wanted if cleaned.get(name) not in (None, "")}
        values: dict[str, Any] = {
            name: cleaned[name]
            for name in ("name", "kind", "timeout_ms", "service", "ci")
            if name in cleaned
        }
        confirmations = ("confirm_down", "confirm_degraded", "confirm_up")
        seconds = {
            name: cleaned[field] * 1000 for name, field in FIELD_OF.items() if field in cleaned
        }
        return {
            **values,
            **{name: cleaned[name] for name in confirmations},
            "target": target,
            **seconds,
        }


class HistoryImportForm(forms.Form):
    """A file of check history, and when it ends."""

    file = forms.FileField(label="CSV file")
    until = forms.DateTimeField(
        required=False,
        label="The history ends at (UTC)",
        help_text="The last state of each monitor holds until then. Empty: its newest row.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE_BYTES:
            raise ValidationError("The file is larger than 30 MB.")
        try:
            self.cleaned_data["text"] = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError("The file is not text in UTF-8.") from error
        if "\0" in self.cleaned_data["text"]:
            raise ValidationError("The file is not text in UTF-8.")
        self.cleaned_data["file_name"] = upload.name
        return upload

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with the content is shown at the file."""
        super().add_error("file" if field == "content" else field, error)


def _shown(monitor: Monitor) -> dict[str, Any]:
    names = ["version", "name", "kind", "timeout_ms"]
    names += ["confirm_down", "confirm_degraded", "confirm_up"]
    return {
        **{name: getattr(monitor, name) for name in names},
        **monitor.target,
        "interval_seconds": monitor.interval_ms // 1000,
        "retry_seconds": monitor.retry_interval_ms // 1000,
    }


def _choose(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows.order_by("name")
