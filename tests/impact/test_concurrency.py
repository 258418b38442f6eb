"""Two people draw the map at the same time."""

from __future__ import annotations

from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from impact.models import Dependency
from tests.factories import make_ci, make_dependency


@pytest.mark.django_db(transaction=True)
def test_two_edits_that_are_harmless_alone_do_not_close_a_circle_together():
    app, database = make_ci(), make_ci()
    refused: list[str] = []

    def draw_it_the_other_way() -> None:
        try:
            make_dependency(database, app)
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    other = Thread(target=draw_it_the_other_way)
    with transaction.atomic():
        make_dependency(app, database)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()  # waits for the first edit to be over
    other.join(timeout=10)

    assert "This would close a circle" in refused[0]
    assert Dependency.objects.count() == 1
