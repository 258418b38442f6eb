"""Loading the demo company: facts set by set, then the pipeline makes of them what follows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from assets.commands import load_estate
from assets.models import CI
from bsm import pipeline, work
from bsm.demo import presence
from bsm.demo.checks import RAW_SPAN, checks_of
from bsm.demo.company import NAME, OFFERS, PEOPLE
from bsm.demo.estate import Company
from bsm.demo.identity import Identity
from bsm.demo.promises import Promises
from bsm.demo.rows import Rows
from bsm.demo.weather import ZONE_INFO, Weather
from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind
from bsm.models import DemoCompany, Recomputation
from catalog.commands import load_catalog
from catalog.models import Service, User
from finance.commands import load_values
from impact.commands.load import load_map
from monitoring.commands import ensure_partitions
from monitoring.commands.load import load_monitors, load_results, load_states, load_windows
from monitoring.domain.refusal import networks
from monitoring.domain.status import State
from monitoring.domain.target import faults
from monitoring.models import Monitor
from sla.commands.load import load_agreements, load_calendars
from sla.models import Agreement, Calendar

SEED = 20
MONTHS = 12  # whole ones, before the running one
SETTLES_WITHIN_SECONDS = 180
Say = Callable[[str], None]


class AlreadyLoaded(Exception):
    """There is one demo company at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to load: the same plan gives the same figures."""

    seed: int
    until: datetime
    size: int = len(OFFERS)
    months: int = MONTHS

    @property
    def span(self) -> Interval:
        """Whole months of the company's own calendar, and the running one so far."""
        period = Period.at(PeriodKind.MONTH, self.until, ZONE_INFO)
        for _ in range(self.months):
            period = period.previous
        return Interval(period.interval(ZONE_INFO).start, self.until)


def load(plan: Plan, *, now: datetime, say: Say) -> str:
    """Load the company and work off what follows. Answers with the password of its logins."""
    if DemoCompany.objects.exists():
        raise AlreadyLoaded
    say(f"Loading {NAME}, an invented company …")
    password = settings.BSM_DEMO_PASSWORD or secrets.token_urlsafe(12)
    with transaction.atomic():
        _load_facts(plan, password, now=now, say=say)
    presence.forget()
    refused = faults(
        "http", {"url": settings.BSM_DEMO_TARGET}, networks(settings.MONITOR_CIDRS)
    )
    if refused:
        say(f"  It will stand still, for its monitors may not poll. {refused['url']}")
        say("  Let them with BSM_MONITOR_CIDRS (docs/operations.md).")
    with _phase("health, promises and costs worked out", say):
        _settle(say)
    return password


def _load_facts(plan: Plan, password: str, *, now: datetime, say: Say) -> None:
    company = Company(plan.size)
    rows = Rows(company, Identity(plan.seed), plan.span)
    promises = Promises(company, rows.identity, plan.span)
    weather = Weather(company, seed=plan.seed, until=plan.until)
    monitors = rows.monitors(settings.BSM_DEMO_TARGET)
    refuse_clashes(rows, promises, monitors)
    DemoCompany.objects.create(seed=plan.seed, until=plan.until, size=plan.size, loaded_at=now)
    with _phase("people, services and what they run on", say):
        load_catalog(
            users=rows.users(password),
            units=rows.units(),
            services=rows.services(),
            roles=rows.roles(),
        )
        load_estate(rows.cis(), rows.relationships())
        load_map(rows.groups(), rows.dependencies())
    with _phase("promises, exclusions and business values", say):
        load_calendars(
            promises.calendars(), windows=promises.windows(), holidays=promises.holidays()
        )
        load_agreements(
            promises.agreements(),
            versions=promises.versions(),
            commitments=promises.commitments(),
            exclusions=promises.exclusions(weather),
        )
        load_values(rows.values(), since=plan.span.start)
    with _phase("history of states", say):
        told = weather.states(plan.span)
        load_monitors(list(monitors.values()))
        load_windows(rows.windows(weather))
        states = {
            monitor: [(span, State(state)) for span, state in told[node]]
            for node, monitor in monitors.items()
        }
        load_states(states, until=plan.until)
    with _phase("latest checks", say):
        ensure_partitions(now=plan.until - RAW_SPAN / 2, days=1)
        checks = checks_of(monitors, told, plan.until)
        load_results(checks.results, rollups=checks.rollups, evidence=checks.evidence)


def refuse_clashes(rows: Rows, promises: Promises, monitors: dict[str, Monitor]) -> None:
    """Nothing real may be overwritten or renamed; say what stands in the way."""
    taken = [
        *Service.objects.filter(name__in=[s.name for s in rows.services()]),
        *User.objects.filter(username__in=[person.login for person in PEOPLE]),
        *CI.objects.filter(name__in=[thing.name for thing in rows.company.things]),
        *Monitor.objects.filter(name__in=[m.name for m in monitors.values()]),
        *Agreement.objects.filter(name__in=[a.name for a in promises.agreements()]),
        *Calendar.objects.filter(name__in=[c.name for c in promises.calendars()]),
    ]
    if taken:
        names = ", ".join(sorted(str(row) for row in taken))
        raise ValidationError(f"The demo company would use names that are taken: {names}.")


def _settle(say: Say) -> None:
    """Work off what waits, here and beside the workers that were told of it meanwhile."""
    deadline = time.monotonic() + SETTLES_WITHIN_SECONDS
    pipeline.drain()
    while work.waiting() and time.monotonic() < deadline:
        time.sleep(0.2)
        pipeline.drain()
    dead = Recomputation.objects.filter(is_dead=True).count()
    if dead:
        say(f"  {dead} pieces of work failed and were set aside: see manage.py verify")


@contextmanager
def _phase(name: str, say: Say) -> Iterator[None]:
    started = time.monotonic()
    yield
    say(f"  {name}: {time.monotonic() - started:.1f} s")


def minute_of(instant: datetime) -> datetime:
    """The demo ends with a whole minute."""
    return instant - timedelta(seconds=instant.second, microseconds=instant.microsecond)
