"""Loading the demo company, and taking it away again without a trace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Max, Sum

from bsm.demo import presence
from bsm.demo.load import AlreadyLoaded, Plan, load
from bsm.demo.remove import NotLoaded, remove
from bsm.models import DemoCompany, Recomputation
from catalog.models import RoleAssignment, Service, User
from impact.models import NodeState, Outage
from monitoring.commands import record_results
from monitoring.domain.machine import Machine
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome
from monitoring.models import CheckResult, HourlyRollup, Monitor, MonitorHead, StatusInterval
from sla.models import Commitment, DayFact, Exclusion, ExclusionState, PeriodResult
from tests.factories import (
    at,
    make_agreement,
    make_ci,
    make_dependency,
    make_monitor,
    make_service,
    make_user,
)

UNTIL = at("2026-11-24 17:10")
SMALL = Plan(seed=20, until=UNTIL, size=10, months=1)
CHECKS = {CheckResult, HourlyRollup}
OURS = {"catalog", "assets", "monitoring", "impact", "sla", "finance", "bsm"}


@pytest.fixture(autouse=True)
def the_clock() -> Any:
    presence.forget()
    with time_machine.travel(UNTIL + timedelta(seconds=20), tick=True):
        yield
    presence.forget()


@pytest.fixture(scope="class")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A small company, loaded once for a class; what a test does to it is undone."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(UNTIL + timedelta(seconds=20), tick=True),
        transaction.atomic(),
    ):
        presence.forget()
        load(SMALL, now=UNTIL, say=lambda line: None)
        yield
        transaction.set_rollback(True)


def everything() -> dict[str, Any]:
    """Every row of every table of ours; of the checks, how many."""
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {
        model._meta.label: rows.count() if model in CHECKS else sorted(rows.values(), key=repr)
        for model in models
        for rows in [model._default_manager.all()]
    }


@pytest.mark.django_db
class TestClash:
    def test_a_name_that_is_taken_is_named_and_nothing_is_loaded(self):
        make_service("Online banking")
        before = everything()

        with pytest.raises(ValidationError, match="Online banking"):
            load(SMALL, now=UNTIL, say=lambda line: None)

        assert everything() == before


@pytest.mark.django_db
class TestLoad:
    def test_a_company_stands_with_its_history_its_promises_and_their_cost(self, demo):
        assert Service.objects.filter(is_demo=True).count() == SMALL.size
        assert Monitor.objects.filter(is_demo=True).count() >= SMALL.size
        assert Outage.objects.exists()
        assert Outage.objects.filter(cost__isnull=False).exists()
        assert PeriodResult.objects.filter(is_provisional=False).exists()
        assert not Recomputation.objects.exists()

    def test_every_row_that_can_say_so_says_that_it_is_a_demo(self, demo):
        for model in apps.get_models():
            if hasattr(model, "is_demo"):
                assert not model._default_manager.filter(is_demo=False).exists(), model

    def test_nobody_unreal_is_outside_the_demo(self, demo):
        owners = Service.objects.exclude(owner=None).values_list("owner__is_demo", flat=True)
        assert set(owners) == {True}
        assert set(RoleAssignment.objects.values_list("user__is_demo", flat=True)) == {True}
        assert not User.objects.filter(is_superuser=True).exists()

    def test_the_present_is_worth_a_look(self, demo):
        labels = dict(
            NodeState.objects.filter(valid__upper_inf=True, service__isnull=False).values_list(
                "service__name", "label"
            )
        )
        assert labels["Claims portal"] == "down"
        assert labels["Broker extranet"] == "degraded"
        assert labels["Core network"] == "ok"

    def test_this_month_one_promise_is_broken_and_one_nearly(self, demo):
        month = PeriodResult.objects.filter(is_provisional=True)
        app = month.get(commitment__service__name="Mobile app")
        payments = month.get(commitment__service__name="Instant payments")
        assert app.down_milli > app.budget_milli
        assert 0.8 * payments.budget_milli <= payments.down_milli < payments.budget_milli

    def test_days_sum_to_their_period_and_a_whole_month_is_a_whole_month(self, demo):
        for result in PeriodResult.objects.select_related("commitment"):
            days = DayFact.objects.filter(
                commitment=result.commitment,
                on__year=result.first_on.year,
                on__month=result.first_on.month,
            ).aggregate(seconds=Sum("seconds"), up=Sum("up"), lost=Sum("lost_milli"))
            assert (days["seconds"], days["up"], days["lost"]) == (
                result.seconds,
                result.up,
                result.lost_milli,
            )
        october = PeriodResult.objects.filter(first_on="2026-10-01")
        # 31 days, and the hour that the clocks were put back.
        assert set(october.values_list("seconds", flat=True)) == {31 * 86_400 + 3600}

    def test_planned_nights_are_left_out_of_the_count(self, demo):
        assert Exclusion.objects.filter(state=ExclusionState.APPROVED).exists()
        banking = PeriodResult.objects.get(
            commitment__service__name="Online banking", first_on="2026-10-01"
        )
        assert banking.excluded == 3 * 3600

    def test_raw_checks_and_their_sums_agree(self, demo):
        first = CheckResult.objects.order_by("slot").first()
        sums = HourlyRollup.objects.filter(
            hour__gte=first.slot.replace(second=0, microsecond=0)
        )
        hour = F("ok") + F("warn") + F("error") + F("fail")
        last = sums.aggregate(last=Max("hour"))["last"] + timedelta(hours=1)
        assert (
            sums.aggregate(n=Sum(hour))["n"]
            == CheckResult.objects.filter(slot__lt=last).count()
        )

    def test_a_monitor_has_one_open_state_and_its_head_says_the_same(self, demo):
        open_states = StatusInterval.objects.filter(valid__upper_inf=True)
        counts = (
            open_states.values("monitor").annotate(n=Count("pk")).values_list("n", flat=True)
        )
        assert set(counts) == {1}
        assert open_states.count() == Monitor.objects.count()
        for head in MonitorHead.objects.all():
            state = open_states.get(monitor=head.monitor)
            assert (head.state, head.since) == (state.state, state.valid.lower)
            assert str(Machine.from_json(head.machine).state) == head.state

    def test_history_goes_on_with_the_next_check(self, demo):
        monitor = Monitor.objects.get(service__name="Claims portal")
        before = StatusInterval.objects.filter(monitor=monitor).count()

        record_results(
            monitor,
            [Observation(UNTIL + timedelta(seconds=59), Outcome.OK, 200, 40_000)],
            now=UNTIL + timedelta(seconds=60),
        )

        newest = StatusInterval.objects.get(monitor=monitor, valid__upper_inf=True)
        assert newest.state == "up"
        assert StatusInterval.objects.filter(monitor=monitor).count() <= before + 2

    def test_loading_twice_is_refused_and_changes_nothing(self, demo):
        before = everything()
        with pytest.raises(AlreadyLoaded):
            load(SMALL, now=UNTIL, say=lambda line: None)
        assert everything() == before


@pytest.mark.django_db
class TestSameSeed:
    def test_two_loads_with_one_seed_tell_the_same(self):
        def figures() -> list[Any]:
            results = PeriodResult.objects.order_by(
                "commitment__service__name", "commitment__version__number", "first_on"
            )
            return [
                list(results.filter(is_provisional=False).values_list("lost_milli", "up")),
                list(
                    Outage.objects.order_by("service__name", "started_at").values_list(
                        "service__name", "started_at", "ended_at"
                    )
                ),
                list(
                    StatusInterval.objects.order_by("monitor__name", "valid").values_list(
                        "monitor__name", "state", "valid"
                    )
                ),
            ]

        load(SMALL, now=UNTIL, say=lambda line: None)
        first = figures()
        remove(now=UNTIL)
        load(SMALL, now=UNTIL, say=lambda line: None)

        assert figures() == first


@pytest.mark.django_db
class TestRemoveWithoutTrace:
    def test_it_leaves_exactly_what_was_there_before(self):
        shop, iron = make_service("Own shop", owner=make_user("keeper")), make_ci("own-server")
        make_dependency(shop, iron)
        monitor = make_monitor(iron, name="own monitor")
        make_agreement(shop)
        record_results(
            monitor,
            [Observation(at("2026-03-10 09:00"), Outcome.FAIL)],
            now=at("2026-03-10 09:00"),
        )
        before = everything()

        load(SMALL, now=UNTIL, say=lambda line: None)
        remove(now=UNTIL)

        after = everything()
        # What followed for the own shop was worked off beside the demo; facts are untouched.
        for derived in (
            "impact.NodeState",
            "impact.Outage",
            "sla.DayFact",
            "sla.PeriodResult",
            "bsm.Recomputation",
        ):
            before.pop(derived), after.pop(derived)
        assert after == before

    def test_there_must_be_something_to_remove(self):
        with pytest.raises(NotLoaded):
            remove(now=UNTIL)


@pytest.mark.django_db
class TestRemove:
    def test_what_people_hung_on_the_demo_goes_with_it_and_is_named(self, demo):
        portal = Service.objects.get(name="Claims portal")
        make_monitor(portal, name="my own look at it")
        make_agreement(portal, target="95")

        _, hanging = remove(now=UNTIL)

        assert "monitor my own look at it" in hanging
        assert "promise Claims portal >= 95.0000 %" in hanging
        assert not Monitor.objects.exists()
        assert not Commitment.objects.exists()

    def test_what_is_real_lets_go_and_stays(self, demo):
        portal = Service.objects.get(name="Claims portal")
        mine = make_service("My own", business_unit=portal.business_unit, owner=portal.owner)
        make_dependency(mine, portal)

        remove(now=UNTIL)

        mine.refresh_from_db()
        assert (mine.business_unit, mine.owner, mine.dependencies.count()) == (None, None, 0)
        assert Recomputation.objects.filter(subject=f"service:{mine.pk}").exists()

    def test_it_refuses_to_pull_the_ground_from_under_a_real_decision(self, demo):
        exclusion = Exclusion.objects.filter(state=ExclusionState.APPROVED).first()
        exclusion.pk, exclusion.is_demo, exclusion.service = (
            None,
            False,
            make_service("Real one"),
        )
        exclusion._state.adding = True
        exclusion.save()
        before = everything()

        with pytest.raises(ValidationError, match="Real one"):
            remove(now=UNTIL)

        assert everything() == before


@pytest.mark.django_db
class TestCommand:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(
            "bsm.management.commands.demo.Plan",
            lambda seed, until: Plan(seed, until, size=4, months=1),
        )

    def test_it_shows_the_password_once_and_the_three_can_sign_in(self, capsys, rf):
        call_command("demo", "load")
        told = capsys.readouterr().out
        password = told.split("(shown once): ")[1].split()[0]

        for login in ("it.manager", "business.owner", "admin.demo"):
            assert authenticate(rf.post("/"), username=login, password=password) is not None

        call_command("demo", "load")
        again = capsys.readouterr().out
        assert "loaded already" in again
        assert password not in again

    def test_a_given_password_is_used_and_not_shown(self, capsys, settings):
        settings.BSM_DEMO_PASSWORD = "given for the demo"
        call_command("demo", "load")
        assert "given for the demo" not in capsys.readouterr().out
        assert User.objects.get(username="it.manager").check_password("given for the demo")
        assert not User.objects.get(username="p.zelnik").has_usable_password()

    def test_it_tells_what_is_loaded_and_removes_it(self, capsys):
        call_command("demo", "status")
        assert "No demo company" in capsys.readouterr().out

        call_command("demo", "load", "--until", "2026-11-20T08:00:00Z", "--seed", "7")
        call_command("demo", "status")
        assert "seed 7, history until 2026-11-20 08:00" in capsys.readouterr().out
        assert DemoCompany.objects.get().until.astimezone(UTC) == at("2026-11-20 08:00")

        call_command("demo", "remove")
        assert "Removed" in capsys.readouterr().out
        assert not Service.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_whole_company_loads(capsys):
    started = time.perf_counter()
    load(Plan(seed=20, until=UNTIL), now=UNTIL, say=print)
    with capsys.disabled():
        print(f"\nwhole demo company loaded in {time.perf_counter() - started:.1f} s")

    assert Service.objects.count() == 40
    verdicts = PeriodResult.objects.filter(is_provisional=False).values_list(
        "status", flat=True
    )
    share_met = sum(status == "MET" for status in verdicts) / len(verdicts)
    assert 0.85 < share_met < 1
    unmonitored = Service.objects.get(name="Branch signage")
    assert not NodeState.objects.filter(service=unmonitored).exclude(label="unknown").exists()
