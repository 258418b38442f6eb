"""Facts of impact. Each carries `subject` ("service:<id>", "ci:<id>") and `since`."""

from django.dispatch import Signal

map_changed = Signal()
outage_changed = Signal()
