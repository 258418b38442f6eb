"""Addresses of static files that change when the file does, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedFiles(StaticFilesStorage):
    """Adds `?v=<hash of the content>`; the front-end build has packed the files already."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        version = _version(Path(self.path(name or "")))
        return f"{address}?v={version}" if version else address


@lru_cache(maxsize=64)
def _version(path: Path) -> str:
    if not path.is_file():
        return ""
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
