"""A yes-or-no question about something, and its answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, whether it holds, and what to do when it does not."""

    question: str
    passed: bool
    remedy: str = ""
