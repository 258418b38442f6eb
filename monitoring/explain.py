"""What a monitor is told to do, in words."""

from __future__ import annotations

from bsm.kernel import words
from monitoring.models import Monitor, MonitorKind

TARGET = {
    "url": "Address",
    "expected_status": "Expected status",
    "body_contains": "Answer contains",
    "host": "Host",
    "port": "Port",
}


def facts(monitor: Monitor) -> list[dict[str, str]]:
    """What is asked of what, how often, and when its answer is believed."""
    subject = monitor.service or monitor.ci
    watches = {"label": "Watches", "value": str(subject)}
    if subject is not None:
        watches["url"] = subject.get_absolute_url()
    told = [
        watches,
        {"label": "Kind", "value": monitor.get_kind_display()},
    ]
    told += [
        {"label": label, "value": str(monitor.target[key])}
        for key, label in TARGET.items()
        if monitor.target.get(key) not in (None, "")
    ]
    if monitor.kind != MonitorKind.PASSIVE:
        told += [
            {"label": "Every", "value": _duration(monitor.interval_ms)},
            {"label": "Gives up after", "value": _duration(monitor.timeout_ms)},
        ]
    silence = monitor.stale_after_effective_ms
    return [
        *told,
        {"label": "Down after", "value": f"{monitor.confirm_down} in a row"},
        {
            "label": "No data after",
            "value": "never by itself"
            if silence is None
            else f"{_duration(silence)} of silence",
        },
    ]


def _duration(ms: int) -> str:
    return words.duration(ms // 1000) if ms % 1000 == 0 else f"{ms / 1000:g} s"
