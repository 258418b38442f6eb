"""Where the database and the broker are, and the portal's secret key.

The environment is asked first. What it leaves out comes from the state file that the stack
keeps in its home, so that `manage.py` in another terminal reaches the same database.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit

PROJECT = Path(__file__).resolve().parents[2]
DATABASE_WITHOUT_A_STACK = "postgresql://bsm@127.0.0.1:5432/bsm"
REDIS_WITHOUT_A_STACK = "redis://127.0.0.1:6379/0"


class BadAddress(ValueError):
    """DATABASE_URL or REDIS_URL is not of a form we know."""


def home() -> Path:
    """The directory that holds everything the stack keeps: data, logs, secrets."""
    return Path(os.environ.get("BSM_HOME") or PROJECT / ".bsm").expanduser().absolute()


def database_url() -> str:
    return _from_environment_or_state("DATABASE_URL", DATABASE_WITHOUT_A_STACK)


def redis_url() -> str:
    return _from_environment_or_state("REDIS_URL", REDIS_WITHOUT_A_STACK)


def port() -> int:
    """Where the web server listens."""
    return int(_from_environment_or_state("BSM_PORT", "8000"))


def monitor_cidrs() -> str:
    """The private networks that monitors may reach: none, unless somebody says so."""
    return _from_environment_or_state("BSM_MONITOR_CIDRS", "")


def broker_url() -> str:
    """The Redis address as Celery spells it."""
    url, database = _redis_parts(redis_url())
    if url.startswith("unix://"):
        return f"redis+socket://{url.removeprefix('unix://')}?virtual_host={database}"
    return _with_database(url, database)


def cache_url() -> str:
    """The Redis address of the cache: the database beside the broker's."""
    url, database = _redis_parts(redis_url())
    if url.startswith("unix://"):
        return f"{url}?db={database + 1}"
    return _with_database(url, database + 1)


def secret_key() -> str:
    """SECRET_KEY, else a random one that is made once and kept in the home."""
    given = os.environ.get("SECRET_KEY")
    if given:
        return given
    return kept_secret(home() / "secret_key")


def kept_secret(path: Path) -> str:
    """The secret in this file; made at the first call, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        write_private(draft, secrets.token_urlsafe(48))
        try:
            # A link never overwrites: of several first processes all read the one winner.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that was never readable by anyone else, not even for a moment."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def write_state(home_path: Path, state: Mapping[str, str]) -> None:
    """Tell `manage.py` in other terminals what is in use. Holds a password: owner only."""
    draft = home_path / "state.json.new"
    write_private(draft, json.dumps(dict(state), indent=1))
    draft.replace(_state_file(home_path))


def parse_database_url(url: str) -> dict[str, object]:
    """The entries of Django's DATABASES for a postgresql:// address.

    `host` in the query is a directory with a unix socket; the rest of the query
    (sslmode, sslrootcert, connect_timeout ...) is handed to libpq as it is.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadAddress("DATABASE_URL must start with postgresql://")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or str(parts.port or "")
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }


def postgres_socket_url(user: str, password: str, name: str, directory: Path) -> str:
    """The address of a server that listens in this directory only."""
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{who}@/{quote(name, safe='')}?host={quote(str(directory))}"


def _from_environment_or_state(name: str, default: str) -> str:
    given = os.environ.get(name)
    if given:
        return given
    try:
        state = json.loads(_state_file(home()).read_text())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # Another user's stack is not ours to reach: the default says where we looked instead.
        return default
    return str(state.get(name) or default)


def _state_file(home_path: Path) -> Path:
    return home_path / "state.json"


def _redis_parts(url: str) -> tuple[str, int]:
    """The address without its database number, and the number."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}", int(parse_qs(parts.query).get("db", ["0"])[0])
    if parts.scheme not in {"redis", "rediss"}:
        raise BadAddress("REDIS_URL must start with redis://, rediss:// or unix://")
    return parts._replace(path="").geturl(), int(parts.path.strip("/") or "0")


def _with_database(url: str, database: int) -> str:
    parts = urlsplit(url)
    query = urlencode(parse_qsl(parts.query))
    return parts._replace(path=f"/{database}", query=query).geturl()
