"""The words of service level management that are also choices in a table."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The verdict on a period; None, with a reason, where there was nothing to judge."""

    MET = "MET"
    BREACHED = "BREACHED"
    UNDECIDED = "UNDECIDED"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Reason(StrEnum):
    """Why a period has no value."""

    NOT_EFFECTIVE = "not_effective"
    NO_SERVICE_TIME = "no_service_time"
    ALL_EXCLUDED = "all_excluded"
    NO_DATA = "no_data"


class UnknownPolicy(StrEnum):
    """What unknown time counts as (spec slm 3.4)."""

    EXCLUDE = "exclude"
    AS_DOWN = "as_down"
    AS_UP = "as_up"
    HOLD_LAST = "hold_last"


class Overlap(StrEnum):
    """How outages that run together weigh."""

    MAX = "max"
    SUM = "sum"


class Effect(StrEnum):
    """What an approved exclusion does to the time it covers."""

    EXCLUDE = "exclude"
    FORGIVE = "forgive"
    REPORT_ONLY = "report_only"


class Operator(StrEnum):
    AT_LEAST = ">="
    MORE_THAN = ">"
