"""The portal's own processes: what each is called, how it is started, how it is ended."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from bsm.stack.addresses import PROJECT
from bsm.stack.processes import Program

# One list, read by the supervisor, by docker-compose.yml's test and by nobody else.
CELERY = ("celery", "-A", "bsm.celery")
WORKER = (
    *(*CELERY, "worker", "-Q", "compute,notify,bulk", "-c", "2", "-n", "worker@%h"),
    *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
)
PROBER = (
    *(*CELERY, "worker", "-Q", "probe", "-P", "solo", "-n", "prober@%h"),
    *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
)
BEAT = (*CELERY, "beat", "--loglevel", "INFO")
WEB = (
    *("gunicorn", "bsm.wsgi:application", "--worker-class", "gthread"),
    # Loaded once and forked: the second worker costs a few megabytes instead of eighty.
    *("--workers", "2", "--threads", "4", "--preload", "--no-control-socket"),
    # A heartbeat file on a disk would make a slow disk look like a hung worker.
    *("--worker-tmp-dir", "/dev/shm", "--timeout", "60", "--graceful-timeout", "5"),  # noqa: S108
)


def host() -> str:
    return os.environ.get("BSM_HOST") or "127.0.0.1"


def port() -> int:
    return int(os.environ.get("BSM_PORT") or "8000")


def address() -> str:
    """Where a browser on this machine finds the portal."""
    name = "127.0.0.1" if host() in {"0.0.0.0", "::"} else host()  # noqa: S104
    return f"http://{name}:{port()}"


def programs(home: Path, variables: Mapping[str, str]) -> list[Program]:
    """Web, worker, prober and beat, in the order in which they are started."""
    beat = (*BEAT, "--schedule", str(home / "beat"), "--pidfile", "")
    environment = _environment(home, variables)
    cold = signal.SIGQUIT  # Celery's own: give running tasks back and leave
    return [
        _program("web", (*WEB, "--bind", f"{host()}:{port()}"), home, environment),
        _program("worker", WORKER, home, environment, dies_by=cold),
        _program("prober", PROBER, home, environment, dies_by=cold),
        _program("beat", beat, home, environment),
    ]


def manage(home: Path, variables: Mapping[str, str], *words: str) -> Program:
    """A command of manage.py, run once. Only these see the first administrator's password."""
    environment = _environment(home, variables)
    if password := os.environ.get("BSM_ADMIN_PASSWORD"):
        environment["BSM_ADMIN_PASSWORD"] = password
    return Program(
        name=" ".join(("manage.py", *words)),
        argv=(sys.executable, str(PROJECT / "manage.py"), *words),
        environment=environment,
        log=home / "log" / "manage.log",
        directory=PROJECT,
    )


def _program(
    name: str,
    words: tuple[str, ...],
    home: Path,
    environment: Mapping[str, str],
    *,
    dies_by: signal.Signals = signal.SIGTERM,
) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, "-m", *words),
        environment=environment,
        log=home / "log" / f"{name}.log",
        dies_by=dies_by,
        directory=PROJECT,
    )


def _environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "BSM_ADMIN_PASSWORD"},
        **variables,
        "BSM_HOME": str(home),
        "BSM_PORT": str(port()),
        "DJANGO_SETTINGS_MODULE": "bsm.settings",
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",  # one clock in all logs
        # numpy would start a thread and 30 MB of buffers for every core in every process.
        "OPENBLAS_NUM_THREADS": "1",
        # glibc keeps an arena of memory for each thread: two are enough.
        "MALLOC_ARENA_MAX": "2",
    }
