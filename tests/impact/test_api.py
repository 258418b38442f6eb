"""Impact for programs."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from impact.models import Dependency, NodeState, Outage
from tests.factories import at, make_ci, make_dependency, make_service

pytestmark = pytest.mark.django_db
SIMULATE = "/api/v1/impact/simulate"
DEPENDENCIES = "/api/v1/impact/dependencies/"
OUTAGES = "/api/v1/impact/outages/"
STATES = "/api/v1/impact/states/"


class TestSimulations:
    def test_the_example_of_the_specification_is_answered_to_the_point(self, reader_api):
        floor = ["floor", 40_000]
        model = {
            "v0": {"own": 0, "maint": False},
            "v2": {"own": 100_000, "maint": False},
            "v3": {
                "maint": False,
                "groups": [
                    {
                        "mode": "weighted",
                        "essential": False,
                        "weight": 2,
                        "edges": [
                            {"to": "v2", "map": floor, "w": 4},
                            {"to": "v0", "map": floor, "w": 4},
                        ],
                    },
                    {
                        "mode": "best",
                        "essential": True,
                        "weight": 1,
                        "edges": [{"to": "v2", "map": floor, "w": 2}],
                    },
                ],
            },
        }

        answer = reader_api.post(SIMULATE, {"model": model}, format="json")

        assert answer.status_code == 200
        assert answer.json()["nodes"]["v3"] == {
            "actual": 70_000,
            "lo": 70_000,
            "hi": 70_000,
            "excused": 70_000,
            "label": "warning",
            "uncertain": False,
        }
        assert answer.json()["cycles"] == []

    def test_the_solved_models_come_back_through_the_door(self, api, real_data: Path):
        lines = (real_data / "spec/impact_models.jsonl").read_text().splitlines()
        for line in lines[::20]:
            case = json.loads(line)
            answer = api.post(SIMULATE, {"model": case["model"]}, format="json")
            assert answer.json()["nodes"] == case["expect"]

    def test_a_circle_is_solved_and_named(self, api):
        model = {
            "a": {"groups": [{"mode": "worst", "edges": [{"to": "b"}]}]},
            "b": {"own": 40_000, "groups": [{"mode": "worst", "edges": [{"to": "a"}]}]},
        }

        answer = api.post(SIMULATE, {"model": model}, format="json").json()

        assert answer["cycles"] == [["a", "b"]]
        assert answer["nodes"]["a"]["actual"] == 40_000

    @pytest.mark.parametrize(
        ("group", "pointer"),
        [
            ({"mode": "magic", "edges": []}, "mode"),
            ({"mode": "worst", "edges": [{"to": "nobody"}]}, "edges/0/to"),
            ({"mode": "worst", "edges": [{"to": "db", "w": 0}]}, "edges/0/w"),
            ({"mode": "worst", "edges": [{"to": "db", "w": True}]}, "edges/0/w"),
            ({"mode": "worst", "weight": -1, "edges": [{"to": "db"}]}, "weight"),
            ({"mode": "worst", "colour": "red", "edges": []}, "colour"),
            ({"mode": "k_of_n", "edges": [{"to": "db"}]}, "k"),
            ({"mode": "worst", "k": 2, "edges": [{"to": "db"}]}, "k"),
            ({"mode": "worst"}, "edges"),
            ({"mode": "worst", "edges": [{"to": "db", "map": ["scale", 200]}]}, "edges/0/map"),
            ({"mode": "worst", "edges": [{"to": "db", "map": ["magic"]}]}, "edges/0/map"),
            (
                {"mode": "worst", "edges": [{"to": "db", "map": ["table", [[5, 9], [4, 9]]]}]},
                "edges/0/map",
            ),
        ],
    )
    def test_a_rule_that_is_broken_is_named_by_node_and_field(self, api, group, pointer):
        model = {"db": {"own": 0}, "shop": {"groups": [group]}}

        answer = api.post(SIMULATE, {"model": model}, format="json")

        assert answer.status_code == 400
        told = [error["pointer"] for error in answer.json()["errors"]]
        assert told == [f"/model/shop/groups/0/{pointer}"]

    @pytest.mark.parametrize("own", [-1, 100_001, "down", 1.5, True])
    def test_a_signal_is_a_health_or_unknown(self, api, own):
        answer = api.post(SIMULATE, {"model": {"db": {"own": own}}}, format="json")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/model/db/own"

    @pytest.mark.parametrize("body", [{}, {"model": []}, {"model": {}}, {"model": {"a": 1}}])
    def test_what_is_no_model_is_refused(self, api, body):
        assert api.post(SIMULATE, body, format="json").status_code == 400

    def test_nothing_is_saved(self, api):
        api.post(SIMULATE, {"model": {"db": {"own": 0}}}, format="json")

        assert not NodeState.objects.exists()

    def test_strangers_are_refused(self, client):
        answer = client.post(SIMULATE, {"model": {}}, content_type="application/json")

        assert answer.status_code in {401, 403}


class TestDependencies:
    def test_an_edge_is_drawn_read_and_taken_away(self, api):
        shop, database = make_service(), make_ci()
        body = {
            "parent": f"service:{shop.pk}",
            "child": f"ci:{database.pk}",
            "group": "pair",
            "mode": "best",
        }

        made = api.post(DEPENDENCIES, body, format="json")

        assert made.status_code == 201
        told = made.json()
        assert {key: told[key] for key in body} == body
        assert told["weight"] == 1
        listed = api.get(f"{DEPENDENCIES}?parent=service:{shop.pk}").json()
        assert listed == {"count": 1, "results": [told]}
        assert api.delete(f"{DEPENDENCIES}{told['id']}/").status_code == 204
        assert not Dependency.objects.exists()

    def test_a_circle_is_a_400_at_the_child_with_its_whole_way(self, api):
        shop, database = make_service("Shop"), make_ci("db")
        make_dependency(shop, database)
        body = {"parent": f"ci:{database.pk}", "child": f"service:{shop.pk}"}

        answer = api.post(DEPENDENCIES, body, format="json")

        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/child"
        assert "db → Shop → db" in error["detail"]
        assert Dependency.objects.count() == 1

    @pytest.mark.parametrize(
        "child", ["", "db", f"ci:{UUID(int=7, version=4)}", None, 5, "host:1"]
    )
    def test_a_child_that_is_none_is_refused_at_its_field(self, api, child):
        body = {"parent": f"service:{make_service().pk}", "child": child}

        answer = api.post(DEPENDENCIES, body, format="json")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/child"

    def test_readers_may_look_and_not_touch(self, reader_api):
        shop, database = make_service(), make_ci()
        dependency = make_dependency(shop, database)
        body = {"parent": f"ci:{database.pk}", "child": f"ci:{make_ci().pk}"}

        assert reader_api.get(DEPENDENCIES).json()["count"] == 1
        assert reader_api.post(DEPENDENCIES, body, format="json").status_code == 403
        address = f"{DEPENDENCIES}{dependency.pk}/"
        assert reader_api.delete(address).status_code == 403
        assert Dependency.objects.count() == 1


class TestOutages:
    def test_outages_are_listed_newest_first_and_narrowed(self, api):
        shop, bank = make_service(), make_service()
        old = Outage.objects.create(
            service=shop, started_at=at("03-01 09:00"), ended_at=at("03-01 10:00")
        )
        new = Outage.objects.create(service=shop, started_at=at("03-10 09:00"))
        Outage.objects.create(service=bank, started_at=at("03-11 09:00"))

        told = api.get(f"{OUTAGES}?service={shop.pk}").json()
        late = api.get(f"{OUTAGES}?service={shop.pk}&from=2026-03-02T00:00:00Z").json()

        assert [row["id"] for row in told["results"]] == [str(new.pk), str(old.pk)]
        assert [row["id"] for row in late["results"]] == [str(new.pk)]
        assert api.get(f"{OUTAGES}{old.pk}/").json()["ended_at"] == "2026-03-01T10:00:00Z"

    def test_what_a_reader_may_not_see_is_not_there(self, reader_api):
        hidden = make_service(state="proposed")
        outage = Outage.objects.create(service=hidden, started_at=at("03-10 09:00"))

        assert reader_api.get(OUTAGES).json()["count"] == 0
        assert reader_api.get(f"{OUTAGES}{outage.pk}/").status_code == 404

    def test_a_span_ends_after_it_starts(self, api):
        answer = api.get(f"{OUTAGES}?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/to"


class TestStates:
    def test_the_health_of_a_ci_is_told_over_time(self, api):
        database = make_ci()
        NodeState.objects.create(
            ci=database,
            valid=(at("03-10 09:00"), None),
            actual=0,
            lo=0,
            hi=0,
            excused=0,
            label="down",
        )

        (told,) = api.get(f"{STATES}?ci={database.pk}").json()["results"]

        assert (told["ci"], told["label"], told["until"]) == (str(database.pk), "down", None)
        assert told["since"] == "2026-03-10T09:00:00Z"
