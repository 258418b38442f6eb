"""Input about promises, cleaned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

from django import forms

from bsm.kernel.periods import PeriodKind
from bsm.web.choices import choices
from catalog.domain.access import Action
from catalog.models import BusinessUnit, Service, User
from catalog.queries import services_for
from sla.domain.words import Operator, UnknownPolicy
from sla.models import Agreement, AgreementKind, AgreementVersion, Calendar, Commitment

WEEKDAYS = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
]
HOLIDAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(.*)")
OPENING = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
PROMISES = [(Operator.AT_LEAST.value, "At least"), (Operator.MORE_THAN.value, "More than")]
OWN = ["name", "kind", "customer", "timezone"]
TERMS = [
    "operator",
    "target_percent",
    "period_kind",
    "calendar",
    "unknown_policy",
    "min_coverage_percent",
]


def _day(**options: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options)


class CommitmentForm(forms.Form):
    """What is promised about a service; the same terms for each of several."""

    services = forms.ModelMultipleChoiceField(
        Service.objects.none(),
        label="Services",
        help_text="Each is promised the same.",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    operator = forms.ChoiceField(
        label="Promise",
        choices=[
            (Operator.AT_LEAST.value, "At least"),
            (Operator.MORE_THAN.value, "More than"),
        ],
        initial=Operator.AT_LEAST.value,
    )
    target_percent = forms.DecimalField(
        label="Target in percent",
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        initial="99.9",
        help_text="Of the service hours of each period.",
    )
    period_kind = forms.ChoiceField(
        label="Judged each", choices=choices(PeriodKind), initial=PeriodKind.MONTH.value
    )
    calendar = forms.ModelChoiceField(
        Calendar.objects.all(),
        label="Service hours",
        required=False,
        empty_label="Around the clock",
    )
    unknown_policy = forms.ChoiceField(
        label="Time that was not observed",
        choices=[
            (UnknownPolicy.EXCLUDE.value, "Does not count"),
            (UnknownPolicy.AS_DOWN.value, "Counts as down"),
            (UnknownPolicy.AS_UP.value, "Counts as up"),
        ],
        initial=UnknownPolicy.EXCLUDE.value,
    )
    min_coverage_percent = forms.DecimalField(
        label="Least share that must be observed, in percent",
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        required=False,
        help_text="Below it there is no verdict.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = services_for(user, Action.EDIT_PROMISES).order_by("name")
        self.fields["services"].queryset = own  # type: ignore[attr-defined]

    def clean_target_percent(self) -> Any:
        target = self.cleaned_data["target_percent"]
        if target <= 0:
            raise forms.ValidationError("Must be above 0.")
        return target

    @property
    def commitments(self) -> list[dict[str, Any]]:
        """One set of terms a service, as the commands take them."""
        terms = {name: self.cleaned_data[name] for name in TERMS}
        return [{**terms, "service": service} for service in self.cleaned_data["services"]]


class DatedForm(CommitmentForm):
    """Terms with the days they are for."""

    effective_from = _day(label="From")
    effective_to = _day(
        label="Until, not including", required=False, help_text="Empty: until further notice."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("effective_from"), cleaned.get("effective_to")
        if first and last and last <= first:
            self.add_error("effective_to", "Must be after the first day.")
        return cleaned

    @property
    def dated(self) -> dict[str, Any]:
        return {
            "effective_from": self.cleaned_data["effective_from"],
            "effective_to": self.cleaned_data["effective_to"],
            "commitments": self.commitments,
        }


class AgreementForm(DatedForm):
    """A new agreement with its first version and what that promises."""

    name = forms.CharField(label="Name", max_length=140)
    kind = forms.ChoiceField(
        label="Kind", choices=AgreementKind.choices, initial=AgreementKind.SLA.value
    )
    customer = forms.ModelChoiceField(
        BusinessUnit.objects.all(), label="Customer", required=False, empty_label="Everybody"
    )
    timezone = forms.CharField(
        label="Time zone",
        max_length=64,
        initial="UTC",
        help_text="IANA name, like Europe/Berlin. Days and service hours follow its clocks.",
    )
    field_order = [*OWN, "services", *TERMS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["services"] = _chosen(self.initial, self.fields["services"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Agreement.objects.filter(name=name).exists():
            raise forms.ValidationError("There is an agreement of this name already.")
        return name

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError("Is not the IANA name of a time zone.")
        return zone

    @property
    def values(self) -> dict[str, Any]:
        """What the command takes."""
        own = {
            name: self.cleaned_data[name] for name in ("name", "kind", "customer", "timezone")
        }
        return {**own, **self.dated}


class VersionForm(DatedForm):
    """New terms of an agreement from a day on."""

    ends_previous = forms.BooleanField(
        label="End the version before it on that day", required=False, initial=True
    )
    change_reason = forms.CharField(label="Why it changes", max_length=200, required=False)
    field_order = ["services", *TERMS, "effective_from", "effective_to", "ends_previous"]

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        kwargs["initial"] = _terms_of(agreement) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        """What the command takes."""
        options = {name: self.cleaned_data[name] for name in ("ends_previous", "change_reason")}
        return {**self.dated, **options}


class CalendarForm(forms.Form):
    """Service hours: the days of a week with one window, holidays and special openings."""

    name = forms.CharField(label="Name", max_length=80)
    days = forms.TypedMultipleChoiceField(
        label="Open on",
        choices=WEEKDAYS,
        coerce=int,
        initial=[1, 2, 3, 4, 5],
        widget=forms.CheckboxSelectMultiple,
    )
    opens_at = forms.TimeField(
        label="From", initial="09:00", widget=forms.TimeInput(attrs={"type": "time"})
    )
    closes_at = forms.TimeField(
        label="Until",
        initial="17:00",
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="At or before the start: until then on the next day.",
    )
    holidays = forms.CharField(
        label="Holidays",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line: 2026-12-25 Christmas Day",
    )
    openings = forms.CharField(
        label="Special openings",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, instead of week and holidays: 2026-12-24 09:00-13:00",
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Calendar.objects.filter(name=name).exists():
            raise forms.ValidationError("There is a calendar of this name already.")
        return name

    def clean_holidays(self) -> list[dict[str, Any]]:
        found: dict[date, dict[str, Any]] = {}
        for number, line in _lines(self.cleaned_data["holidays"]):
            match = HOLIDAY.fullmatch(line)
            on = _date(match[1], number) if match else None
            if match is None or on is None:
                raise forms.ValidationError(f"Line {number} does not start with a date.")
            if on in found:
                raise forms.ValidationError(f"Line {number}: {on} is stated twice.")
            found[on] = {"on": on, "name": (match[2] or "Holiday")[:80]}
        return list(found.values())

    def clean_openings(self) -> list[dict[str, Any]]:
        found = []
        for number, line in _lines(self.cleaned_data["openings"]):
            match = OPENING.fullmatch(line)
            if match is None:
                raise forms.ValidationError(
                    f"Line {number} is not written like 2026-12-24 09:00-13:00."
                )
            opens_at, closes_at = _time(match[2], number), _time(match[3], number)
            on = _date(match[1], number)
            found.append({"on": on, "opens_at": opens_at, "closes_at": closes_at})
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What the command takes."""
        cleaned = self.cleaned_data
        times = {"opens_at": cleaned["opens_at"], "closes_at": cleaned["closes_at"]}
        return {
            "name": cleaned["name"],
            "windows": [{"weekday": day, **times} for day in cleaned["days"]],
            "holidays": cleaned["holidays"],
            "openings": cleaned["openings"],
        }


def _terms_of(agreement: Agreement) -> dict[str, Any]:
    """The newest terms, as a start for new ones."""
    newest: AgreementVersion | None = agreement.versions.order_by("-number").first()
    promised: list[Commitment] = list(newest.commitments.all()) if newest else []
    if not promised:
        return {}
    terms: dict[str, Any] = {name: getattr(promised[0], name) for name in TERMS}
    return {**terms, "services": [commitment.service_id for commitment in promised]}


def _chosen(initial: Mapping[str, Any], field: Any) -> list[Any]:
    """The services named in the address, by id or by short name; others are passed over."""
    asked = [
        text for text in [*(initial.get("services") or []), initial.get("service")] if text
    ]
    known = [(service.pk, {str(service.pk), service.slug}) for service in field.queryset]
    return [pk for pk, names in known if names & {str(text) for text in asked}]


def _lines(text: str) -> Iterable[tuple[int, str]]:
    numbered = ((n, line.strip()) for n, line in enumerate(text.splitlines(), start=1))
    return [(n, line) for n, line in numbered if line]


def _date(text: str, number: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise forms.ValidationError(f"Line {number}: there is no {text}.") from error


def _time(text: str, number: int) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError as error:
        raise forms.ValidationError(f"Line {number}: there is no {text}.") from error
