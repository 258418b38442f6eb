"""The only writers of this app's tables."""

from sla.commands.agreements import (
    add_commitment,
    add_version,
    create_agreement,
    end_version,
    promise_monthly,
)
from sla.commands.calendars import create_calendar
from sla.commands.evaluation import (
    evaluate_commitment,
    evaluate_running_periods,
    evaluate_services,
)
from sla.commands.exclusions import (
    approve_exclusion,
    reject_exclusion,
    request_exclusion,
    revoke_exclusion,
)

__all__ = [
    "add_commitment",
    "add_version",
    "approve_exclusion",
    "create_agreement",
    "create_calendar",
    "end_version",
    "evaluate_commitment",
    "evaluate_running_periods",
    "evaluate_services",
    "promise_monthly",
    "reject_exclusion",
    "request_exclusion",
    "revoke_exclusion",
]
