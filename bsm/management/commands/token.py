"""Prints a new API token, as its last word."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bsm.web.tokens import make_token
from catalog.models import User


class Command(BaseCommand):
    help = "Make an API token for a user. It is printed once and cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="The user name it acts for.")
        parser.add_argument("--name", default="command line", help="What it is for.")
        parser.add_argument("--read-only", action="store_true", help="It may not write.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active user named {options['user']!r}")
        text = make_token(user, name=options["name"], may_write=not options["read_only"])
        self.stdout.write(f"Send it as `Authorization: Bearer …`: {text}")
