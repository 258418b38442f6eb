"""Leaving time out of the count: one person asks, another approves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import Subject
from catalog.models import Service, User
from sla.models import Exclusion, ExclusionState
from sla.signals import exclusion_changed


@transaction.atomic
def request_exclusion(
    *, service: Service, span: Interval, requester: User, now: datetime, **fields: Any
) -> Exclusion:
    """Ask for a span not to count. It changes no value until it is approved."""
    if span.is_empty:
        raise ValidationError({"end": "Must be after the start."})
    fields.setdefault("announced_at", now)
    if fields["announced_at"] > now:
        raise ValidationError({"announced_at": "Lies in the future."})
    exclusion = Exclusion(
        service=service,
        valid=DateTimeTZRange(span.start, span.end),
        requester=requester,
        state=ExclusionState.REQUESTED,
        **fields,
    )
    exclusion.full_clean()
    exclusion.save(force_insert=True)
    return exclusion


@transaction.atomic
def approve_exclusion(exclusion: Exclusion, *, approver: User) -> Exclusion:
    """From now on the span does not count. Nobody approves what they asked for."""
    exclusion = _held(exclusion, ExclusionState.REQUESTED, "approved")
    if exclusion.requester_id == approver.pk:
        raise ValidationError({"approver": "Somebody else must approve what you asked for."})
    return _moved(exclusion, ExclusionState.APPROVED, approver)


@transaction.atomic
def reject_exclusion(exclusion: Exclusion, *, approver: User) -> Exclusion:
    """The span counts as it did."""
    exclusion = _held(exclusion, ExclusionState.REQUESTED, "rejected")
    return _moved(exclusion, ExclusionState.REJECTED, approver)


@transaction.atomic
def revoke_exclusion(exclusion: Exclusion, *, approver: User) -> Exclusion:
    """The span counts again."""
    exclusion = _held(exclusion, ExclusionState.APPROVED, "revoked")
    return _moved(exclusion, ExclusionState.REVOKED, approver)


def _held(exclusion: Exclusion, state: ExclusionState, verb: str) -> Exclusion:
    """The row as it is now, locked: two people may decide at once, one is first."""
    current = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
    if current.state != state:
        raise ValidationError(
            {"state": f"Is {current.get_state_display().lower()}, so it cannot be {verb}."}
        )
    return current


def _moved(exclusion: Exclusion, state: ExclusionState, approver: User) -> Exclusion:
    had_effect = exclusion.state == ExclusionState.APPROVED
    exclusion.state = state
    if not had_effect and state is ExclusionState.APPROVED:
        exclusion.approver = approver
    exclusion.save(update_fields=["state", "approver"])
    if had_effect or state is ExclusionState.APPROVED:
        exclusion_changed.send(
            Exclusion,
            subject=str(Subject.service(exclusion.service_id)),
            since=exclusion.valid.lower,
        )
    return exclusion
