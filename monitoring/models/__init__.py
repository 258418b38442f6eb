"""The tables of monitoring."""

from monitoring.models.incident import Incident
from monitoring.models.monitor import Monitor, MonitorKind, Prober, Shard
from monitoring.models.planned_work import MaintenanceWindow
from monitoring.models.result import CheckResult, Evidence, HistoryImport, HourlyRollup
from monitoring.models.status import MonitorHead, StatusInterval

__all__ = [
    "CheckResult",
    "Evidence",
    "HistoryImport",
    "HourlyRollup",
    "Incident",
    "MaintenanceWindow",
    "Monitor",
    "MonitorHead",
    "MonitorKind",
    "Prober",
    "Shard",
    "StatusInterval",
]
