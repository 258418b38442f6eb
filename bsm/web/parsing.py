"""JSON as it comes in: what no database and no answer could hold is refused at the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

TOLD = "contains half a character (a lone surrogate)"


class StrictJSON(JSONParser):
    """JSON whose texts are all Unicode, and that is not nested beyond all measure."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            body = super().parse(stream, media_type, parser_context)
            # Walking is as deep as reading was.
            errors = {path: [TOLD] for path in _broken(body, "")}
        except RecursionError as error:
            raise ParseError("JSON parse error - it is nested too deeply.") from error
        if errors:
            raise ValidationError(errors)
        return body


def _broken(value: Any, path: str) -> Iterator[str]:
    """Where a text stands that UTF-8 cannot write; a broken key is told at what holds it."""
    if isinstance(value, str):
        if not _is_unicode(value):
            yield path
    elif isinstance(value, dict):
        for key, below in value.items():
            if _is_unicode(key):
                yield from _broken(below, _step(path, key))
            else:
                yield path
    elif isinstance(value, list):
        for n, below in enumerate(value):
            yield from _broken(below, _step(path, n))


def _step(path: str, name: str | int) -> str:
    return f"{path}/{name}" if path else str(name)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
