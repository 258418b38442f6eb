"""Configuration items: the things that services run on."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse


class CIType(models.TextChoices):
    """The kinds of CI, named as CSDM names them."""

    APPLICATION = "application", "Application"
    DATABASE = "database", "Database"
    SERVER = "server", "Server"
    VIRTUAL_MACHINE = "virtual_machine", "Virtual machine"
    CONTAINER = "container", "Container"
    LOAD_BALANCER = "load_balancer", "Load balancer"
    NETWORK = "network", "Network device"
    STORAGE = "storage", "Storage"
    QUEUE = "queue", "Message queue"
    CLOUD = "cloud", "Cloud resource"
    FACILITY = "facility", "Site or room"
    OTHER = "other", "Other"


class Environment(models.TextChoices):
    PRODUCTION = "production", "Production"
    STAGING = "staging", "Staging"
    TEST = "test", "Test"
    DEVELOPMENT = "development", "Development"


class CI(models.Model):
    """One thing under configuration control, such as a server, a database or a site."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=20, choices=CIType, default=CIType.OTHER)
    environment = models.CharField(
        max_length=12, choices=Environment, default=Environment.PRODUCTION
    )
    owner = models.ForeignKey(
        "catalog.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_cis",
    )
    is_demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "CI"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "type", "environment"], name="ci_is_named_once_per_type"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assets:ci", args=[self.pk])
