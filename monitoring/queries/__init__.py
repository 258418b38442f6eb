"""Reading what the monitors saw."""

from monitoring.queries.access import (
    incidents_visible_to,
    monitors_visible_to,
)
from monitoring.queries.findings import (
    FailedCheck,
    Finding,
    findings_of,
)
from monitoring.queries.polling import Due, fingerprint, versions, watched
from monitoring.queries.results import (
    RecentResult,
    numbers_with_history,
    recent_results,
    response_times,
    told_rows,
    with_last_check,
)
from monitoring.queries.signals import (
    maintenance_of,
    signals_of,
    subjects_watched,
)
from monitoring.queries.standing import (
    believed_at,
    believed_from,
    believed_intervals,
    evidence_before,
    evidence_from,
    open_interval,
    perhaps_silent,
    standing_machine,
    state_now,
    written_machine,
)

__all__ = [
    "Due",
    "FailedCheck",
    "Finding",
    "RecentResult",
    "believed_at",
    "believed_from",
    "believed_intervals",
    "evidence_before",
    "evidence_from",
    "findings_of",
    "fingerprint",
    "incidents_visible_to",
    "maintenance_of",
    "monitors_visible_to",
    "numbers_with_history",
    "open_interval",
    "perhaps_silent",
    "recent_results",
    "response_times",
    "signals_of",
    "standing_machine",
    "state_now",
    "subjects_watched",
    "told_rows",
    "versions",
    "watched",
    "with_last_check",
    "written_machine",
]
