"""Drawing the map: what needs what."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import LifecycleState
from impact.models import Dependency
from tests.factories import make_ci, make_dependency, make_service

NEW = reverse("impact:dependency-new")


def text(response) -> str:
    return response.content.decode()


def new_for(parent) -> str:
    kind = "ci" if parent._meta.model_name == "ci" else "service"
    return f"{NEW}?parent={kind}:{parent.pk}"


@pytest.mark.django_db
class TestDependencyNew:
    def test_an_editor_says_what_a_service_needs(self, admin_client):
        shop, database = make_service("Web shop"), make_ci("db-7")

        response = admin_client.post(new_for(shop), {"child": f"ci:{database.pk}"})

        assert response.status_code == 302
        assert response.url == shop.get_absolute_url()
        dependency = Dependency.objects.get()
        assert (dependency.parent_service, dependency.child_ci) == (shop, database)

    def test_a_circle_is_refused_at_the_field_with_all_its_names(self, admin_client):
        shop, payments = make_service("Web shop"), make_service("Payments")
        make_dependency(shop, payments)

        response = admin_client.post(new_for(payments), {"child": f"service:{shop.pk}"})

        assert response.status_code == 422
        page = text(response)
        assert "This would close a circle: Payments → Web shop → Payments." in page
        assert 'id="id_child_error"' in page
        assert Dependency.objects.count() == 1

    @pytest.mark.parametrize("parent", ["", "nonsense", "ci:not-an-id", "planet:1"])
    def test_a_parent_that_makes_no_sense_is_not_found(self, admin_client, parent):
        assert admin_client.get(NEW, {"parent": parent}).status_code == 404

    def test_a_parent_that_one_may_not_see_is_not_found(self, reader_client):
        secret = make_service("Takeover", state=LifecycleState.PROPOSED)

        assert reader_client.get(new_for(secret)).status_code == 404

    def test_readers_may_not_draw(self, reader_client):
        shop, database = make_service("Web shop"), make_ci("db-7")

        response = reader_client.post(new_for(shop), {"child": f"ci:{database.pk}"})

        assert response.status_code == 403
        assert not Dependency.objects.exists()

    def test_a_name_cannot_smuggle_a_script_into_the_page(self, admin_client):
        evil = make_service("</script><script>alert(1)")

        assert "<script>alert" not in text(admin_client.get(new_for(evil)))

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(new_for(make_service())).status_code == 302


@pytest.mark.django_db
class TestDependencyDelete:
    def test_it_asks_first_and_then_removes_the_line(self, admin_client):
        shop, database = make_service("Web shop"), make_ci("db-7")
        dependency = make_dependency(shop, database)
        url = reverse("impact:dependency-delete", args=[dependency.pk])

        assert "Web shop needs db-7" in text(admin_client.get(url))
        assert Dependency.objects.exists()
        assert admin_client.post(url).url == shop.get_absolute_url()
        assert not Dependency.objects.exists()

    def test_readers_may_not_remove_it(self, reader_client):
        dependency = make_dependency(make_service("Web shop"), make_ci("db-7"))
        url = reverse("impact:dependency-delete", args=[dependency.pk])

        assert reader_client.post(url).status_code == 403
        assert Dependency.objects.exists()
