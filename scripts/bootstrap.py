"""From a bare machine to something that runs. Standard library only, for Python 3.11 and up.

run      virtual environment, packages, front end, then the portal in this process
setup    all of that and the tools of development, but start nothing
test     the same, and a browser for the tests
lock     write requirements/*.lock anew from pyproject.toml
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = PROJECT / ".boot"
STAMPS = VENV / "stamps"
DIST = PROJECT / "static" / "dist"
CHROMIUM = Path("/usr/bin/chromium")
OLDEST_NODE = 20
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
PIP = ("-m", "pip", "--disable-pip-version-check")


class CannotContinue(Exception):
    """The machine lacks something; the message says what to do about it."""


def main(words: list[str]) -> int:
    chosen = words[0] if words else "run"
    if sys.version_info < (3, 11):  # noqa: UP036 (here is where it is enforced)
        print("The portal needs Python 3.11 or newer; this is", sys.version.split()[0])
        return 1
    os.chdir(PROJECT)
    try:
        if chosen == "lock":
            lock()
            return 0
        make_environment()
        # The tools of development come with everything that `run` needs.
        install("base" if chosen == "run" else "dev")
        build_front_end()
        if chosen == "test":
            find_browser()
        if chosen == "run":
            become_the_portal()
    except CannotContinue as reason:
        print(reason, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(
            f"{' '.join(map(str, failure.cmd))} failed ({failure.returncode})",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def make_environment() -> None:
    if PYTHON.exists() and works(PYTHON):
        return
    with step("Virtual environment"):
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            # A bare Debian has no ensurepip, and its pip installs nothing system-wide.
            shutil.rmtree(VENV, ignore_errors=True)
            with_pip_alone()


def with_pip_alone() -> None:
    if subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
    ).returncode:
        raise CannotContinue(
            "Python has neither venv nor pip. On Debian: apt install python3-pip"
        )
    fetch_tool("virtualenv")
    subprocess.run(
        [sys.executable, "-m", "virtualenv", "--quiet", VENV],
        check=True,
        env=tool_environment(),
    )


def install(name: str) -> None:
    """Install a lock file, unless exactly this one is installed already."""
    wanted = digest([PROJECT / "requirements" / f"{name}.lock"])
    if stamp(name) == wanted:
        return
    with step(f"Python packages ({name})"):
        lock_file = PROJECT / "requirements" / f"{name}.lock"
        # Wheels only: nothing from outside is run while it is being installed.
        words = [
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
            str(lock_file),
        ]
        run_quietly([str(PYTHON), *PIP, "install", "--quiet", *words], dict(os.environ))
    write_stamp(name, wanted)
    if name == "dev":
        write_stamp("base", digest([PROJECT / "requirements" / "base.lock"]))


def build_front_end() -> None:
    lock_file = PROJECT / "package-lock.json"
    packages = digest([PROJECT / "package.json", lock_file])
    build = digest(front_end_sources())
    if stamp("build") == build and DIST.exists():
        return
    environment = node_environment()
    if stamp("packages") != packages or not (PROJECT / "node_modules").exists():
        with step("Front-end packages"):
            run_quietly(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                environment,
            )
        write_stamp("packages", packages)
    with step("Front end"):
        run_quietly(["node", "frontend/build.mjs"], environment)
    write_stamp("build", build)


def front_end_sources() -> list[Path]:
    """Everything that what is built depends on."""
    folders = (PROJECT / "frontend", PROJECT / "static")
    files = (path for folder in folders for path in folder.rglob("*"))
    sources = [path for path in files if path.is_file() and DIST not in path.parents]
    return [PROJECT / "package.json", PROJECT / "package-lock.json", *sorted(sources)]


def node_environment() -> dict[str, str]:
    """An environment whose PATH has a Node that is new enough."""
    if machine_has_node():
        return dict(os.environ)
    install("node")
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{path}"}


def machine_has_node() -> bool:
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    said = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.match(r"v(\d+)\.", said)
    return bool(version and int(version[1]) >= OLDEST_NODE)


def find_browser() -> None:
    if CHROMIUM.exists():
        return
    words = ("install", "-y", "--no-install-recommends", "chromium", "fonts-inter")
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotContinue(
            f"The browser tests need {CHROMIUM}. As root: apt-get update && apt-get "
            + " ".join(words)
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step("Chromium"):
        run_quietly(["apt-get", "update"], environment)
        run_quietly(["apt-get", *words], environment)


def become_the_portal() -> None:
    if "MAKELEVEL" in os.environ:
        # Whoever kills make ends the portal, too.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    os.execv(PYTHON, [str(PYTHON), "-m", "bsm.stack", "up"])


def lock() -> None:
    make_environment()
    with step("Tool that resolves"):
        fetch_tool("uv")
    base = ["pyproject.toml"]
    for name, sources in {
        "base": base,
        "dev": [*base, "--group", "dev", "--constraints", "requirements/base.lock"],
        "node": ["requirements/node.in"],
    }.items():
        with step(f"requirements/{name}.lock"):
            run_quietly(
                [
                    *(
                        sys.executable,
                        "-m",
                        "uv",
                        "pip",
                        "compile",
                        *sources,
                        "--universal",
                    ),
                    *(
                        "--python-version",
                        "3.11",
                        "--generate-hashes",
                        "--no-emit-index-url",
                    ),
                    *("--no-header", "-o", f"requirements/{name}.lock"),
                ],
                tool_environment(),
            )


def fetch_tool(name: str) -> None:
    """Put a tool beside the project: a bare Debian allows no system-wide installation."""
    words = ["--no-warn-script-location", "--upgrade", "--target", str(TOOLS), name]
    run_quietly([sys.executable, *PIP, "install", "--quiet", *words], dict(os.environ))


def tool_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TOOLS)}


def works(python: Path) -> bool:
    """False for an environment whose interpreter has been removed or upgraded away."""
    try:
        return (
            subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def run_quietly(command: list[str], environment: dict[str, str]) -> None:
    """Show what a command prints only when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotContinue(f"{done.stdout}\n{' '.join(command)} failed ({done.returncode})")


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell what is being done, and how long it took."""
    began = time.monotonic()
    print(f"{what} ...", end=" ", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def digest(files: Iterable[Path]) -> str:
    sum_ = hashlib.sha256()
    for file in files:
        if file.exists():
            sum_.update(f"{file.relative_to(PROJECT)} {file.stat().st_size}\n".encode())
            sum_.update(file.read_bytes())
    return sum_.hexdigest()


def stamp(name: str) -> str:
    file = STAMPS / name
    return file.read_text() if file.exists() else ""


def write_stamp(name: str, value: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
