"""Monitoring for programs."""

from monitoring.api.imports import Imports
from monitoring.api.incidents import Incidents
from monitoring.api.monitors import Monitors
from monitoring.api.simulation import Simulations

__all__ = ["Imports", "Incidents", "Monitors", "Simulations"]
