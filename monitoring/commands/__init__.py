"""Writing what the monitors saw: the only writers of the tables of monitoring."""

from monitoring.commands.history import apply_history, plan_history
from monitoring.commands.monitors import (
    create_monitor,
    delete_monitor,
    pause_monitor,
    resume_monitor,
    update_monitor,
)
from monitoring.commands.results import record_results
from monitoring.commands.silence import notice_silence
from monitoring.commands.storage import ensure_partitions, tend_storage

__all__ = [
    "apply_history",
    "create_monitor",
    "delete_monitor",
    "ensure_partitions",
    "notice_silence",
    "pause_monitor",
    "plan_history",
    "record_results",
    "resume_monitor",
    "tend_storage",
    "update_monitor",
]
