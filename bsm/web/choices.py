"""Enumerations of the domain as choices of a model field or a form."""

from __future__ import annotations

from enum import Enum


def choices(words: type[Enum]) -> list[tuple[str, str]]:
    """Value and label of each member: ("no_data", "No data")."""
    return [
        (str(member.value), str(member.value).replace("_", " ").capitalize())
        for member in words
    ]
