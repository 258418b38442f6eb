"""The demo company as rows that are not saved yet: catalogue, estate, map and monitors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from assets.models import CI, Relationship
from bsm.demo.company import LOGINS, PEOPLE, UNITS, ZONE
from bsm.demo.estate import Company, Link, Watch
from bsm.demo.identity import Identity
from bsm.demo.weather import PlannedWork, Weather
from bsm.kernel.intervals import Interval
from catalog.models import BusinessUnit, Role, RoleAssignment, Service, User
from finance.models import BusinessValue
from impact.models import Dependency, DependencyGroup, GroupMode
from monitoring.models import MaintenanceWindow, Monitor, MonitorKind

INTERVAL_MS = 60_000
STORAGE = ("san-frankfurt-east", "san-hamburg-harbour")


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows of one company. `span` is its past, from its founding to now."""

    company: Company
    identity: Identity
    span: Interval

    def users(self, password: str) -> list[User]:
        return [
            User(
                id=self.identity.user(person.login),
                username=person.login,
                first_name=person.name.partition(" ")[0],
                last_name=person.name.partition(" ")[2],
                job_title=person.job,
                timezone=ZONE,
                password=make_password(password if person.login in LOGINS else None),
                is_demo=True,
            )
            for person in PEOPLE
        ]

    def roles(self) -> list[RoleAssignment]:
        manager, business, admin = (self.identity.user(login) for login in LOGINS)
        bank = self.identity.unit("Retail Banking")
        return [
            RoleAssignment(user_id=manager, role=Role.SERVICE_OWNER),
            RoleAssignment(user_id=manager, role=Role.SLA_MANAGER),
            RoleAssignment(user_id=business, role=Role.BUSINESS_OWNER, business_unit_id=bank),
            RoleAssignment(user_id=admin, role=Role.ADMIN),
        ]

    def units(self) -> list[BusinessUnit]:
        return [
            BusinessUnit(
                id=self.identity.unit(unit.name),
                name=unit.name,
                parent_id=self.identity.unit(unit.parent) if unit.parent else None,
                head_id=self.identity.user(unit.head),
                is_demo=True,
            )
            for unit in UNITS
        ]

    def services(self) -> list[Service]:
        return [
            Service(
                id=self.identity.service(offer.key),
                name=offer.name,
                value=offer.value,
                business_unit_id=self.identity.unit(offer.unit),
                owner_id=self.identity.user(offer.owner) if offer.owner else None,
                criticality=offer.criticality,
                state=offer.state,
                is_demo=True,
            )
            for offer in self.company.offers
        ]

    def values(self) -> list[BusinessValue]:
        return [
            BusinessValue(
                service_id=self.identity.service(offer.key),
                hourly_loss=Decimal(offer.hourly_loss),
                is_demo=True,
            )
            for offer in self.company.offers
            if offer.hourly_loss is not None
        ]

    def cis(self) -> list[CI]:
        owners = {
            f"{o.key}-": self.identity.user(o.owner) for o in self.company.offers if o.owner
        }
        platform, network = self.identity.user("p.zelnik"), self.identity.user("n.auerlund")
        return [
            CI(
                id=self.identity.ci(thing.label),
                name=thing.name,
                type=thing.type,
                environment=thing.environment,
                owner_id=next(
                    (owner for key, owner in owners.items() if thing.name.startswith(key)),
                    network if thing.type == "network" else platform,
                ),
                is_demo=True,
            )
            for thing in self.company.things
        ]

    def relationships(self) -> list[Relationship]:
        return [
            Relationship(
                source_id=self.identity.ci(link.source),
                target_id=self.identity.ci(link.target),
                kind=link.kind,
                valid=self._valid(link),
            )
            for link in dict.fromkeys(self.company.links)
        ]

    def _valid(self, link: Link) -> DateTimeTZRange:
        """Things of a retired service let go of one another two months ago."""
        retired = tuple(f"{o.key}-" for o in self.company.offers if o.state == "retired")
        is_over = link.source.startswith(retired) if retired else False
        end = self.span.end - timedelta(days=60) if is_over else None
        return DateTimeTZRange(self.span.start - timedelta(days=500), end, "[)")

    def groups(self) -> list[DependencyGroup]:
        wanted = {
            (need.parent, need.group): need.is_comfort
            for need in self.company.needs
            if need.group
        }
        return [
            DependencyGroup(
                id=self._group(parent, name),
                **self.identity.sides(parent, "parent_"),
                name=name.replace("-", " ").capitalize(),
                mode=GroupMode.WORST if is_comfort else GroupMode.BEST,
                is_essential=not is_comfort,
            )
            for (parent, name), is_comfort in wanted.items()
        ]

    def dependencies(self) -> list[Dependency]:
        return [
            Dependency(
                **self.identity.sides(need.parent, "parent_"),
                **self.identity.sides(need.child, "child_"),
                group_id=self._group(need.parent, need.group) if need.group else None,
                is_demo=True,
            )
            for need in self.company.needs
        ]

    def _group(self, parent: str, name: str) -> UUID:
        return self.identity.of(f"group {parent} {name}")

    def monitors(self, base_url: str) -> dict[str, Monitor]:
        """By node; each asks its own page below /demo-target/ of the portal itself."""
        return {watch.node: self._monitor(watch, base_url) for watch in self.company.watches}

    def _monitor(self, watch: Watch, base_url: str) -> Monitor:
        return Monitor(
            id=self.identity.of(f"monitor {watch.node}"),
            **self.identity.sides(watch.node),
            name=watch.name,
            kind=MonitorKind.HTTP,
            target={"url": f"{base_url}/demo-target/{watch.number}/"},
            interval_ms=INTERVAL_MS,
            created_at=self.span.start,
            is_demo=True,
        )

    def windows(self, weather: Weather) -> list[MaintenanceWindow]:
        """The planned nights, and the storage firmware evenings that take nothing down."""
        horizon = Interval(self.span.start, self.span.end + timedelta(days=21))
        nights = [self._night(work) for work in weather.planned_work(horizon)]
        evenings = [
            self._evening(STORAGE[n % 2], start)
            for n, start in enumerate(weather.evenings(horizon))
        ]
        return nights + evenings

    def _night(self, work: PlannedWork) -> MaintenanceWindow:
        return MaintenanceWindow(
            id=self.identity.of(f"night {work.key} {work.window.start:%F}"),
            service_id=self.identity.service(work.key),
            title="Monthly release and patching",
            valid=DateTimeTZRange(work.window.start, work.window.end, "[)"),
            announced_at=work.window.start - timedelta(days=10),
            is_demo=True,
        )

    def _evening(self, storage: str, start: datetime) -> MaintenanceWindow:
        return MaintenanceWindow(
            id=self.identity.of(f"evening {start:%F}"),
            ci_id=self.identity.ci(storage),
            title="Storage firmware, one path at a time",
            valid=DateTimeTZRange(start, start + timedelta(hours=2), "[)"),
            announced_at=start - timedelta(days=14),
            is_demo=True,
        )
