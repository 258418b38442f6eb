"""The Celery app and its timetable: a few ticks. The real schedule is in the database."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bsm.settings")

app = Celery("bsm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["monitoring"])
app.autodiscover_tasks(["bsm"], related_name="pipeline")
app.conf.beat_schedule = {
    "probe": {
        "task": "monitoring.tasks.probe_run",
        "schedule": 15.0,
        "options": {"queue": "probe", "expires": 15},
    },
    "reconcile": {
        "task": "bsm.pipeline.reconcile",
        "schedule": 60.0,
        "options": {"queue": "compute", "expires": 60},
    },
    "tend": {"task": "bsm.pipeline.tend", "schedule": crontab(minute=20)},
    "sweep": {"task": "bsm.pipeline.sweep", "schedule": crontab(hour=2, minute=15)},
}
