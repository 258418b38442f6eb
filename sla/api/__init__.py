"""Service levels for programs."""

from sla.api.agreements import Agreements
from sla.api.calendars import Calendars
from sla.api.exclusions import Exclusions
from sla.api.results import Results
from sla.api.simulation import Simulation

__all__ = ["Agreements", "Calendars", "Exclusions", "Results", "Simulation"]
