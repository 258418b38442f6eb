"""Reads of service levels."""

from sla.queries.overview import counted_against, histories_of, results_now
from sla.queries.promises import (
    agreements_visible_to,
    calendars,
    commitments_on,
    exclusions_visible_to,
    may_change,
    promised_services,
    promises_visible_to,
    versions_of,
)
from sla.queries.results import (
    days_of,
    exclusions_touching,
    explanation_of,
    history_of,
    newest_results,
    outages_touching,
    results_of,
    results_of_month,
    results_visible_to,
)

__all__ = [
    "agreements_visible_to",
    "calendars",
    "commitments_on",
    "counted_against",
    "days_of",
    "exclusions_touching",
    "exclusions_visible_to",
    "explanation_of",
    "histories_of",
    "history_of",
    "may_change",
    "newest_results",
    "outages_touching",
    "promised_services",
    "promises_visible_to",
    "results_now",
    "results_of",
    "results_of_month",
    "results_visible_to",
    "versions_of",
]
