"""What services run on, as its readers and editors meet it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assets.commands import relate
from assets.models import CI, Relationship, RelationshipKind
from catalog.models import LifecycleState
from tests.factories import at, make_ci, make_dependency, make_monitor, make_service
from tests.pages.story import a_shop, out_since_nine

LIST = reverse("assets:cis")
NEW = reverse("assets:ci-new")
FILLED = {"name": "db-7", "type": "database", "environment": "production", "version": "1"}
EVIL = "</script><script>alert(1)"


def text(response) -> str:
    return response.content.decode()


@pytest.mark.django_db
class TestCis:
    def test_it_lists_every_item_with_its_exact_count(self, reader_client):
        for n in range(30):
            make_ci(f"server {n:02}")

        page = text(reader_client.get(LIST))

        assert "server 00" in page
        assert "server 29" not in page
        assert "of 30 items" in page
        assert "server 29" in text(reader_client.get(LIST, {"page": "2"}))

    def test_text_type_and_environment_narrow_together(self, reader_client):
        make_ci("orders db", type="database")
        make_ci("orders web", type="server")
        make_ci("orders test db", type="database", environment="test")

        asked = {"q": "orders", "type": "database", "environment": "production"}
        page = text(reader_client.get(LIST, asked))

        assert "orders db" in page
        assert "orders web" not in page
        assert "orders test db" not in page

    def test_a_filter_that_makes_no_sense_finds_nothing_and_says_so(self, reader_client):
        make_ci("orders db")

        page = text(reader_client.get(LIST, {"type": "spaceship"}))

        assert "No item fits" in page
        assert "not one of the available choices" in page

    def test_it_says_which_item_is_down(self, reader_client, run_follow_ups):
        out_since_nine(a_shop(), follow_ups=run_follow_ups)

        assert "Outage" in text(reader_client.get(LIST))

    def test_an_item_nobody_watches_has_no_data_and_is_never_green(self, reader_client):
        make_ci("db-7")

        page = text(reader_client.get(LIST))

        assert "No data" in page
        assert "Operational" not in page

    def test_an_empty_portal_says_what_an_item_is(self, admin_client, reader_client):
        assert "Record the first item" in text(admin_client.get(LIST))
        assert "Record the first item" not in text(reader_client.get(LIST))

    def test_it_costs_the_same_queries_for_one_item_or_twenty(
        self, reader_client, count_queries
    ):
        make_ci("server")
        one = count_queries(reader_client, LIST)
        for n in range(19):
            make_ci(f"server {n}")

        assert count_queries(reader_client, LIST) == one

    def test_a_name_cannot_smuggle_a_script_into_the_page(self, reader_client):
        make_ci(EVIL)

        assert "<script>alert" not in text(reader_client.get(LIST))

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(LIST).status_code == 302


@pytest.mark.django_db
class TestCi:
    def test_it_tells_what_would_feel_it(self, reader_client):
        shop, database = make_service("Web shop"), make_ci("db-7")
        make_dependency(shop, database)

        page = text(reader_client.get(database.get_absolute_url()))

        assert "What would feel it" in page
        assert "Web shop" in page

    def test_it_does_not_name_services_that_the_reader_may_not_see(self, reader_client):
        secret = make_service("Takeover", state=LifecycleState.PROPOSED)
        database = make_ci("db-7")
        make_dependency(secret, database)

        assert "Takeover" not in text(reader_client.get(database.get_absolute_url()))

    def test_it_shows_what_it_needs_and_how_it_hangs_together(self, reader_client):
        database, server, rack = make_ci("db-7"), make_ci("vm-3"), make_ci("rack 1")
        make_dependency(database, server)
        relate(database, RelationshipKind.HOSTED_ON, rack, since=at("03-01 00:00"))

        page = text(reader_client.get(database.get_absolute_url()))

        assert "vm-3" in page
        assert "is hosted on" in page
        assert "rack 1" in page

    def test_it_lists_its_monitors(self, reader_client):
        database = make_ci("db-7")
        make_monitor(database, name="Port 5432")

        assert "Port 5432" in text(reader_client.get(database.get_absolute_url()))

    def test_only_editors_are_offered_changes(self, reader_client, admin_client):
        database = make_ci("db-7")
        edit = reverse("assets:ci-edit", args=[database.pk])

        assert edit in text(admin_client.get(database.get_absolute_url()))
        assert edit not in text(reader_client.get(database.get_absolute_url()))

    def test_an_item_that_is_not_there_is_not_found(self, reader_client):
        nowhere = "/assets/00000000-0000-0000-0000-000000000000/"
        assert reader_client.get(nowhere).status_code == 404

    def test_it_costs_the_same_queries_for_one_dependant_or_twenty(
        self, reader_client, count_queries
    ):
        database = make_ci("db-7")
        make_dependency(make_service(), database)
        make_monitor(database)
        one = count_queries(reader_client, database.get_absolute_url())
        for _ in range(19):
            make_dependency(make_service(), database)
            make_monitor(database)

        assert count_queries(reader_client, database.get_absolute_url()) == one


@pytest.mark.django_db
class TestCiForm:
    def test_an_editor_records_an_item(self, admin_client):
        response = admin_client.post(NEW, FILLED)

        ci = CI.objects.get(name="db-7")
        assert response.status_code == 302
        assert response.url == ci.get_absolute_url()

    def test_a_name_that_is_taken_is_told_and_what_was_typed_is_kept(self, admin_client):
        make_ci("db-7", type="database")

        response = admin_client.post(NEW, FILLED)

        assert response.status_code == 422
        assert 'value="db-7"' in text(response)
        assert CI.objects.count() == 1

    def test_two_editors_at_once_do_not_overwrite_each_other(self, admin_client):
        ci = make_ci("db-7", type="database")
        edit = reverse("assets:ci-edit", args=[ci.pk])
        admin_client.post(edit, FILLED | {"name": "db-8"})

        late = admin_client.post(edit, FILLED | {"name": "db-9"})

        assert late.status_code == 422
        assert "Somebody changed this item" in text(late)
        assert CI.objects.get().name == "db-8"

    @pytest.mark.parametrize("name", ["assets:ci-edit", "assets:relationship-new"])
    def test_readers_may_not_change_anything(self, reader_client, name):
        url = reverse(name, args=[make_ci("db-7").pk])

        assert reader_client.get(url).status_code == 403
        assert reader_client.post(url, FILLED).status_code == 403
        assert reader_client.post(NEW, FILLED).status_code == 403
        assert CI.objects.get().name == "db-7"


@pytest.mark.django_db
class TestRelationship:
    def test_an_editor_relates_two_items_and_ends_it_again(self, admin_client):
        database, server = make_ci("db-7"), make_ci("vm-3")
        new = reverse("assets:relationship-new", args=[database.pk])

        admin_client.post(new, {"kind": "hosted_on", "target": str(server.pk)})

        relationship = Relationship.objects.get()
        assert (relationship.source, relationship.target) == (database, server)
        end = reverse("assets:relationship-end", args=[relationship.pk])
        assert "vm-3" in text(admin_client.get(end))
        assert admin_client.post(end).status_code == 302
        relationship.refresh_from_db()
        assert relationship.valid.upper is not None

    def test_the_same_relation_twice_is_refused_at_the_field(self, admin_client):
        database, server = make_ci("db-7"), make_ci("vm-3")
        relate(database, RelationshipKind.HOSTED_ON, server, since=at("03-01 00:00"))
        new = reverse("assets:relationship-new", args=[database.pk])

        response = admin_client.post(new, {"kind": "hosted_on", "target": str(server.pk)})

        assert response.status_code == 422
        assert Relationship.objects.count() == 1
