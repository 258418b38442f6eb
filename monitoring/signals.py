"""Facts of monitoring. Each carries `subject` ("service:<id>", "ci:<id>") and `since`."""

from django.dispatch import Signal

status_changed = Signal()
history_imported = Signal()  # of a service: its first imported row was at `since`
