"""Facts of service level management. Each carries `subject` ("service:<id>") and `since`."""

from django.dispatch import Signal

agreement_changed = Signal()
exclusion_changed = Signal()
