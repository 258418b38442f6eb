"""The tables of service level management."""

from sla.models.agreement import (
    Agreement,
    AgreementKind,
    AgreementVersion,
    Commitment,
    VersionState,
)
from sla.models.calendar import Calendar, Holiday, ServiceWindow, SpecialOpening
from sla.models.exclusion import Exclusion, ExclusionCategory, ExclusionState
from sla.models.result import DayFact, PeriodResult

__all__ = [
    "Agreement",
    "AgreementKind",
    "AgreementVersion",
    "Calendar",
    "Commitment",
    "DayFact",
    "Exclusion",
    "ExclusionCategory",
    "ExclusionState",
    "Holiday",
    "PeriodResult",
    "ServiceWindow",
    "SpecialOpening",
    "VersionState",
]
