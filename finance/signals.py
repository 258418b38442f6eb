"""Facts of finance. Each carries `subject` ("service:<id>") and `since`."""

from django.dispatch import Signal

business_value_changed = Signal()
