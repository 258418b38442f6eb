"""Health and outages, as they follow from what the monitors saw and what the map says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from assets.models import CI
from bsm.kernel.subjects import Subject
from catalog.models import Service
from impact import queries
from impact.commands import rebuild_health, remove_dependency
from impact.domain.labels import Label
from impact.models import DependencyGroup, NodeState, Outage
from impact.signals import map_changed, outage_changed
from monitoring.models import MaintenanceWindow, Monitor, StatusInterval
from tests.factories import at, make_ci, make_dependency, make_monitor, make_service, span

pytestmark = pytest.mark.django_db
START = "03-01 00:00"
NOON = at("03-10 12:00")


def subject_of(thing: Service | CI) -> Subject:
    return Subject.service(thing.pk) if isinstance(thing, Service) else Subject.ci(thing.pk)


def tell(monitor: Monitor, *turns: tuple[str, str]) -> None:
    """Let the monitor's history be these states, each from its instant until the next."""
    StatusInterval.objects.filter(monitor=monitor).delete()
    ends = [at(start) for start, _ in turns[1:]] + [None]
    StatusInterval.objects.bulk_create(
        StatusInterval(
            monitor=monitor,
            state=state,
            valid=DateTimeTZRange(at(start), end),
            decided_at=at(start),
            recorded=DateTimeTZRange(at(start), None),
        )
        for (start, state), end in zip(turns, ends, strict=True)
    )


def watch(thing: Service | CI, *turns: tuple[str, str]) -> Monitor:
    monitor = make_monitor(thing, created_at=at(START))
    tell(monitor, *(turns or [(START, "up")]))
    return monitor


def rebuild(*things: Service | CI, since: str = START, now: datetime = NOON) -> None:
    rebuild_health({subject_of(thing): at(since) for thing in things}, now=now)


def outages(service: Service) -> list[tuple[Any, ...]]:
    rows = Outage.objects.filter(service=service).order_by("started_at")
    return [(row.started_at, row.ended_at, row.causes) for row in rows]


def labels(thing: Service | CI) -> list[tuple[datetime, str]]:
    rows = NodeState.objects.filter(**{subject_of(thing).kind.value: thing})
    return [(row.valid.lower, row.label) for row in rows.order_by("valid")]


@pytest.fixture
def announced() -> Iterator[list[tuple[str, datetime]]]:
    """What was announced of outages."""
    heard: list[tuple[str, datetime]] = []

    def hear(subject: str, since: datetime, **_: object) -> None:
        heard.append((subject, since))

    outage_changed.connect(hear)
    yield heard
    outage_changed.disconnect(hear)


class TestRebuild:
    def test_a_dead_database_is_an_outage_of_the_shop_that_stands_on_it(self, announced):
        shop, app, database = make_service(), make_ci(), make_ci()
        make_dependency(shop, app)
        make_dependency(app, database)
        watch(database, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))

        rebuild(database)

        assert outages(shop) == [(at("03-10 09:00"), at("03-10 10:00"), [database.pk])]
        assert labels(shop) == [
            (at(START), "ok"),
            (at("03-10 09:00"), "down"),
            (at("03-10 10:00"), "ok"),
        ]
        assert NodeState.objects.filter(service=shop, valid__upper_inf=True).count() == 1
        assert announced == [(str(subject_of(shop)), at(START))]

    def test_repeating_changes_and_announces_nothing(self, announced):
        shop, database = make_service(), make_ci()
        make_dependency(shop, database)
        watch(database, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        rebuild(database)
        before = list(NodeState.objects.order_by("pk").values())
        told = list(Outage.objects.order_by("pk").values())
        announced.clear()

        rebuild(database, now=at("03-10 13:00"))
        rebuild(shop, since="03-10 09:30")

        assert list(NodeState.objects.order_by("pk").values()) == before
        assert list(Outage.objects.order_by("pk").values()) == told
        assert announced == []

    def test_a_pair_carries_the_loss_of_one(self):
        shop, left, right = make_service(), make_ci(), make_ci()
        make_dependency(shop, left, group="pair", mode="best")
        make_dependency(shop, right, group="pair")
        watch(left, (START, "up"), ("03-10 09:00", "down"))
        watch(right, (START, "up"), ("03-10 09:30", "down"), ("03-10 09:40", "up"))

        rebuild(left, right)

        assert outages(shop) == [
            (at("03-10 09:30"), at("03-10 09:40"), sorted([left.pk, right.pk]))
        ]

    def test_a_degraded_service_is_not_out(self):
        shop = make_service()
        watch(shop, (START, "up"), ("03-10 09:00", "degraded"))

        rebuild(shop)

        assert outages(shop) == []
        assert queries.state_now([shop.pk])[shop.pk].label is Label.DEGRADED

    def test_an_outage_that_lasts_keeps_its_row_when_it_ends(self, announced):
        shop = make_service()
        monitor = watch(shop, (START, "up"), ("03-10 09:00", "down"))
        rebuild(shop, now=at("03-10 09:05"))
        lasting = Outage.objects.get()
        announced.clear()

        tell(monitor, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        rebuild(shop, since="03-10 10:00")

        ended = Outage.objects.get()
        assert lasting.ended_at is None
        assert (ended.pk, ended.ended_at) == (lasting.pk, at("03-10 10:00"))
        assert announced == [(str(subject_of(shop)), at("03-10 10:00"))]

    def test_a_correction_takes_back_an_outage_that_was_none(self, announced):
        shop = make_service()
        monitor = watch(shop, (START, "up"), ("03-02 09:00", "down"), ("03-02 10:00", "up"))
        rebuild(shop)
        announced.clear()

        tell(monitor, (START, "up"))
        rebuild(shop, since="03-02 09:00")

        assert outages(shop) == []
        assert labels(shop) == [(at(START), "ok")]
        assert announced == [(str(subject_of(shop)), at("03-02 09:00"))]

    def test_a_rebuild_from_the_middle_of_an_outage_keeps_its_start_and_causes(self):
        shop, left, right = make_service(), make_ci(), make_ci()
        make_dependency(shop, left)
        make_dependency(shop, right)
        watch(left, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        watch(right, (START, "up"), ("03-10 09:30", "down"), ("03-10 11:00", "up"))
        rebuild(left, right)
        whole = outages(shop)

        rebuild(right, since="03-10 10:30")

        assert whole == outages(shop)
        assert whole == [(at("03-10 09:00"), at("03-10 11:00"), sorted([left.pk, right.pk]))]

    def test_a_service_that_nobody_watches_is_never_green(self):
        shop, database = make_service(), make_ci()
        make_dependency(shop, database)

        rebuild(shop)

        assert queries.state_now([shop.pk])[shop.pk].label is Label.UNKNOWN
        assert queries.unknown_of([shop.pk], span("03-09 00:00", "03-20 00:00"), NOON) == {
            shop.pk: [span("03-09 00:00", "03-10 12:00")]
        }

    def test_nothing_is_known_before_the_first_signal(self):
        shop, database = make_service(), make_ci()
        make_dependency(shop, database)
        watch(database, ("03-05 08:00", "up"), ("03-06 08:00", "unknown"))

        rebuild(database, shop)

        assert labels(shop) == [(at("03-05 08:00"), "ok"), (at("03-06 08:00"), "unknown")]
        assert queries.unknown_of([shop.pk], span("03-05 00:00", "03-07 00:00"), NOON) == {
            shop.pk: [
                span("03-05 00:00", "03-05 08:00"),
                span("03-06 08:00", "03-07 00:00"),
            ]
        }

    def test_a_gap_in_what_is_known_is_announced_though_no_outage_changed(self, announced):
        shop = make_service()
        monitor = watch(shop)
        rebuild(shop)
        announced.clear()

        tell(monitor, (START, "up"), ("03-10 08:00", "unknown"), ("03-10 09:00", "up"))
        rebuild(shop, since="03-10 08:00")

        assert announced == [(str(subject_of(shop)), at("03-10 08:00"))]

    def test_planned_work_is_told_but_the_outage_stands(self):
        shop, database = make_service(), make_ci()
        make_dependency(shop, database)
        watch(database, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        MaintenanceWindow.objects.create(
            ci=database,
            title="Patch day",
            valid=DateTimeTZRange(at("03-10 08:30"), at("03-10 09:30")),
            announced_at=at(START),
        )

        rebuild(database)

        assert labels(shop)[1:] == [
            (at("03-10 09:00"), "maintenance"),
            (at("03-10 09:30"), "down"),
            (at("03-10 10:00"), "ok"),
        ]
        assert outages(shop) == [(at("03-10 09:00"), at("03-10 10:00"), [database.pk])]

    def test_a_change_reads_no_more_for_fifty_subjects_than_for_one(self):
        shop = make_service()
        servers = [make_ci() for _ in range(50)]
        for server in servers:
            make_dependency(shop, server)
            watch(server, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        other_shop, other = make_service(), make_ci()
        make_dependency(other_shop, other)
        watch(other, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))

        with CaptureQueriesContext(connection) as one:
            rebuild(other)
        with CaptureQueriesContext(connection) as fifty:
            rebuild(*servers)

        assert len(fifty) == len(one)
        assert len(one) < 30

    def test_what_is_watched_no_longer_has_no_data_and_no_hole_in_its_history(self):
        portal, shop, database = make_service(), make_service(), make_ci()
        make_dependency(portal, shop)
        dependency = make_dependency(shop, database)
        watch(database)
        rebuild(database)
        remove_dependency(dependency, now=at("03-05 00:00"))
        rebuild(shop, since="03-05 00:00")
        rebuild(portal, since="03-06 00:00")
        make_dependency(shop, database)

        rebuild(shop, since="03-08 00:00")

        told = [
            (at(START), "ok"),
            (at("03-05 00:00"), "unknown"),
            (at("03-08 00:00"), "ok"),
        ]
        assert labels(shop) == told
        assert labels(portal) == told
        rebuild(portal, since="03-04 00:00")
        assert labels(portal) == told

    def test_children_outside_the_change_count_as_they_were_found(self):
        shop, left, right = make_service(), make_ci(), make_ci()
        make_dependency(shop, left, group="pair", mode="best")
        make_dependency(shop, right, group="pair")
        watch(left, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        rebuild(left, now=at("03-10 11:00"))
        assert outages(shop) == []  # nobody watches the right one: assumed well

        watch(right, (START, "up"), ("03-10 09:30", "down"), ("03-10 09:45", "up"))
        rebuild(right)

        assert outages(shop) == [
            (at("03-10 09:30"), at("03-10 09:45"), sorted([left.pk, right.pk]))
        ]


class TestTheMap:
    def test_a_circle_is_refused_with_all_its_names(self):
        shop, app, database = make_service("Shop"), make_ci("app"), make_ci("db")
        make_dependency(shop, app)
        make_dependency(app, database)

        with pytest.raises(ValidationError) as refused:
            make_dependency(database, shop)

        assert refused.value.message_dict == {
            "child": ["This would close a circle: db → Shop → app → db."]
        }
        assert not database.dependencies.exists()

    def test_nothing_depends_on_itself(self):
        app = make_ci()

        with pytest.raises(ValidationError, match="cannot need itself"):
            make_dependency(app, app)

    def test_a_dependency_is_stated_once(self):
        shop, app = make_service(), make_ci()
        make_dependency(shop, app)

        with pytest.raises(ValidationError, match="already on the map"):
            make_dependency(shop, app)

    def test_a_group_has_one_mode(self):
        shop = make_service()
        make_dependency(shop, make_ci(), group="pair", mode="best")

        with pytest.raises(ValidationError) as refused:
            make_dependency(shop, make_ci(), group="pair", mode="worst")

        assert "mode" in refused.value.message_dict

    def test_a_group_goes_with_its_last_member(self):
        shop = make_service()
        left = make_dependency(shop, make_ci(), group="pair", mode="best")
        right = make_dependency(shop, make_ci(), group="pair")

        remove_dependency(left, now=NOON)
        assert DependencyGroup.objects.count() == 1
        remove_dependency(right, now=NOON)

        assert DependencyGroup.objects.count() == 0

    def test_each_change_of_the_map_is_announced_for_the_parent(self):
        heard: list[tuple[str, datetime]] = []

        def hear(subject: str, since: datetime, **_: object) -> None:
            heard.append((subject, since))

        shop, app = make_service(), make_ci()
        map_changed.connect(hear)
        dependency = make_dependency(shop, app)
        remove_dependency(dependency, now=NOON)
        map_changed.disconnect(hear)

        subject = str(subject_of(shop))
        assert heard == [(subject, at("2026-01-01 00:00")), (subject, NOON)]


class TestReading:
    def test_the_strip_shows_the_worst_of_each_day_in_one_query(
        self, django_assert_num_queries
    ):
        shop, silent = make_service(), make_service()
        watch(
            shop,
            ("03-07 06:00", "up"),
            ("03-08 09:00", "degraded"),
            ("03-08 10:00", "down"),
            ("03-09 01:00", "up"),
            ("03-10 01:00", "unknown"),
        )
        rebuild(shop)

        with django_assert_num_queries(1):
            strips = queries.day_labels([shop.pk, silent.pk], days=5, now=NOON)

        assert [(day.day, label.value) for day, label in strips[shop.pk]] == [
            (6, "unknown"),
            (7, "ok"),
            (8, "down"),
            (9, "down"),
            (10, "unknown"),
        ]
        assert strips[silent.pk][-1] == (date(2026, 3, 10), Label.UNKNOWN)

    def test_outages_are_told_until_now_and_only_where_they_touch(self):
        shop = make_service()
        watch(
            shop,
            (START, "up"),
            ("03-05 09:00", "down"),
            ("03-05 10:00", "up"),
            ("03-10 11:00", "down"),
        )
        rebuild(shop)

        month = span("03-06 00:00", "04-01 00:00")
        told = queries.outages_of([shop.pk], month, NOON)[shop.pk]

        assert [(o.interval, o.weight, o.is_open) for o in told] == [
            (span("03-10 11:00", "03-10 12:00"), 1000, True)
        ]

    def test_the_map_below_a_service_names_nodes_and_edges_in_few_queries(
        self, django_assert_num_queries
    ):
        shop, app, database = make_service("Shop"), make_ci("app"), make_ci("db")
        make_dependency(shop, app)
        make_dependency(app, database)
        watch(database, (START, "down"))
        rebuild(database)

        with django_assert_num_queries(4):
            drawn = queries.map_below(shop)

        assert [(e.name, e.label.value) for e in drawn.entries] == [
            ("Shop", "down"),
            ("app", "down"),
            ("db", "down"),
        ]
        assert len(drawn.links) == 2

    def test_what_depends_on_a_database_is_told_services_first(self):
        shop, app, database = make_service("Shop"), make_ci("app"), make_ci("db")
        make_dependency(shop, app)
        make_dependency(app, database)

        told = queries.dependants_of(Subject.ci(database.pk))

        assert [entry.name for entry in told] == ["Shop", "app"]

    def test_nothing_on_record_contradicts_itself(self):
        shop = make_service()
        watch(shop, (START, "up"), ("03-10 09:00", "down"), ("03-10 10:00", "up"))
        rebuild(shop)

        assert not queries.mislabelled_states().exists()
        assert not queries.outages_without_states().exists()
        NodeState.objects.filter(label="down").update(actual=5)
        assert queries.mislabelled_states().exists()
