"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from bsm import pipeline
from bsm.demo import presence
from catalog.commands import ensure_admin
from catalog.models import User

# A slow hash would cost most of the time of a test that signs somebody in.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SHARED = Path(settings.BASE_DIR).parent / "shared"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real public data, where the machine has it."""
    if not SHARED.is_dir():
        pytest.skip(f"NOT TESTED: the real data is not here ({SHARED})")
    return SHARED


@pytest.fixture(autouse=True)
def silent_bell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in most tests: what waits is worked off by `run_follow_ups`."""
    if "real_broker" not in request.fixturenames:
        monkeypatch.setattr(pipeline, "ring", lambda: None)


@pytest.fixture(autouse=True)
def no_demo() -> None:
    """Pages need not ask whether the demo is loaded, so what they cost is always the same."""
    presence.remember(None)


@pytest.fixture
def run_follow_ups() -> object:
    """Within it facts are written; at its end the pipeline does what follows from them."""

    @contextmanager
    def follow_ups() -> Iterator[None]:
        yield
        pipeline.drain()

    return follow_ups


@pytest.fixture
def admin(db: None) -> User:
    """The first administrator, who also looks after promises and money."""
    found = ensure_admin(username="admin", password="correct horse battery")
    assert found is not None
    return found


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user(username="reader", password="correct horse battery")


@pytest.fixture
def admin_client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def reader_client(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


@pytest.fixture
def api(admin: User) -> APIClient:
    """The API in the hands of an administrator."""
    client = APIClient()
    client.force_authenticate(admin)
    return client


@pytest.fixture
def reader_api(reader: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(reader)
    return client
