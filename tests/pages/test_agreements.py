"""Promises, as those who make them and those who rely on them meet them."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.urls import reverse

from catalog.models import LifecycleState
from sla.commands import create_calendar
from sla.models import Agreement, AgreementVersion, Calendar, Commitment, PeriodResult
from tests.factories import at, make_agreement, make_service
from tests.pages.story import a_shop, an_hour_without

LIST = reverse("sla:agreements")
NEW = reverse("sla:agreement-new")
CALENDARS = reverse("sla:calendars")
EVIL = "</script><script>alert(1)"


def text(response) -> str:
    return response.content.decode()


def promise(service, **changes) -> dict[str, object]:
    filled = {
        "name": "Shop for retail",
        "kind": "sla",
        "timezone": "UTC",
        "services": [str(service.pk)],
        "operator": ">=",
        "target_percent": "99.95",
        "period_kind": "month",
        "unknown_policy": "exclude",
        "effective_from": "2026-03-01",
    }
    return filled | changes


@pytest.fixture
def breached(run_follow_ups):
    """An hour of the shop's March is lost; 99.9 % allows 44 min 38 s. It is 11 March."""
    story = an_hour_without(a_shop(), follow_ups=run_follow_ups)
    with time_machine.travel(at("03-11 00:00"), tick=False):
        yield story


@pytest.mark.django_db
class TestAgreements:
    def test_it_shows_target_result_and_verdict(self, breached, reader_client):
        page = text(reader_client.get(LIST))

        assert "Web shop" in page
        assert "99.9%" in page
        assert "Breached" in page
        assert "Mar 2026" in page

    def test_promises_about_services_one_may_not_see_are_not_there(self, reader_client):
        make_agreement(make_service("Takeover", state=LifecycleState.PROPOSED))

        assert "Takeover" not in text(reader_client.get(LIST))

    def test_a_promise_that_is_not_in_force_yet_is_not_listed(self, reader_client):
        make_agreement(make_service("Web shop"), effective_from=date(2099, 1, 1))

        assert "Web shop" not in text(reader_client.get(LIST))

    def test_text_finds_the_service(self, reader_client):
        make_agreement(make_service("Web shop"))
        make_agreement(make_service("Payroll"))

        page = text(reader_client.get(LIST, {"q": "shop"}))

        assert "Web shop" in page
        assert "Payroll" not in page

    def test_a_promise_that_was_not_counted_yet_has_no_data(self, reader_client):
        make_agreement(make_service("Web shop"))

        page = text(reader_client.get(LIST))

        assert "No data" in page
        assert "100%" not in page

    def test_an_empty_portal_says_what_a_promise_is(self, admin_client, reader_client):
        assert "Make the first promise" in text(admin_client.get(LIST))
        assert "Make the first promise" not in text(reader_client.get(LIST))

    def test_it_costs_the_same_queries_for_one_promise_or_twenty(
        self, reader_client, count_queries
    ):
        make_agreement(make_service())
        one = count_queries(reader_client, LIST)
        for _ in range(19):
            make_agreement(make_service())

        assert count_queries(reader_client, LIST) == one

    def test_a_name_cannot_smuggle_a_script_into_the_page(self, reader_client):
        make_agreement(make_service(EVIL))

        assert "<script>alert" not in text(reader_client.get(LIST))

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(LIST).status_code == 302


@pytest.mark.django_db
class TestAgreement:
    def test_it_shows_versions_history_and_how_it_is_counted(self, breached, reader_client):
        agreement = Agreement.objects.get()

        page = text(reader_client.get(agreement.get_absolute_url()))

        assert "1 Jan 2026 until further notice" in page
        assert "at least 99.9%, around the clock" in page
        assert "Mar 2026" in page
        assert "Time counts around the clock" in page

    def test_an_agreement_about_hidden_services_is_not_found(self, reader_client):
        make_agreement(make_service("Takeover", state=LifecycleState.PROPOSED))
        agreement = Agreement.objects.get()

        assert reader_client.get(agreement.get_absolute_url()).status_code == 404

    def test_of_a_mixed_agreement_only_the_visible_services_are_named(self, reader_client):
        commitment = make_agreement(make_service("Web shop"))
        Commitment.objects.create(
            version=commitment.version,
            service=make_service("Takeover", state=LifecycleState.PROPOSED),
            target_percent=Decimal(99),
        )

        page = text(reader_client.get(commitment.version.agreement.get_absolute_url()))

        assert "Web shop" in page
        assert "Takeover" not in page

    def test_it_costs_the_same_queries_for_one_promise_or_twenty(
        self, reader_client, count_queries
    ):
        commitment = make_agreement(make_service())
        url = commitment.version.agreement.get_absolute_url()
        one = count_queries(reader_client, url)
        for _ in range(19):
            Commitment.objects.create(
                version=commitment.version, service=make_service(), target_percent=Decimal(99)
            )

        assert count_queries(reader_client, url) == one


@pytest.mark.django_db
class TestAgreementForm:
    def test_an_editor_makes_a_promise_in_one_go(self, admin_client):
        shop = make_service("Web shop")

        response = admin_client.post(NEW, promise(shop))

        commitment = Commitment.objects.get()
        assert response.url == commitment.version.agreement.get_absolute_url()
        assert (commitment.service, commitment.target_percent) == (shop, Decimal("99.95"))
        assert commitment.version.effective.lower == date(2026, 3, 1)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("target_percent", "100.1"),
            ("target_percent", "0"),
            ("timezone", "Mars/Olympus"),
            ("effective_from", "yesterday"),
            ("effective_to", "2026-02-01"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field_and_nothing_is_left_half_done(
        self, admin_client, field, value
    ):
        response = admin_client.post(NEW, promise(make_service(), **{field: value}))

        assert response.status_code == 422
        assert f'id="id_{field}_error"' in text(response)
        assert 'value="Shop for retail"' in text(response)
        assert not Agreement.objects.exists()

    def test_it_starts_with_the_service_it_was_asked_from(self, admin_client):
        shop = make_service("Web shop")

        page = text(admin_client.get(NEW, {"service": shop.slug}))

        assert f'<option value="{shop.pk}" selected>Web shop</option>' in page

    def test_readers_may_not_promise(self, reader_client):
        shop = make_service("Web shop")
        make_agreement(shop)
        change = reverse("sla:version-new", args=[Agreement.objects.get().pk])

        assert reader_client.post(NEW, promise(shop)).status_code == 403
        assert reader_client.post(change, promise(shop)).status_code == 403
        assert Agreement.objects.count() == 1


@pytest.mark.django_db
class TestVersionForm:
    def test_a_new_version_ends_the_one_before(self, admin_client):
        shop = make_service("Web shop")
        make_agreement(shop)
        change = reverse("sla:version-new", args=[Agreement.objects.get().pk])

        admin_client.post(change, promise(shop) | {"ends_previous": "on"})

        first, second = AgreementVersion.objects.order_by("number")
        assert first.effective.upper == second.effective.lower == date(2026, 3, 1)

    def test_dates_that_overlap_are_refused_at_the_field_and_name_the_other(self, admin_client):
        shop = make_service("Web shop")
        make_agreement(shop)
        change = reverse("sla:version-new", args=[Agreement.objects.get().pk])

        response = admin_client.post(change, promise(shop))

        assert response.status_code == 422
        page = text(response)
        assert 'id="id_effective_from_error"' in page
        assert "These dates overlap version 1" in page
        assert AgreementVersion.objects.count() == 1


@pytest.mark.django_db
class TestResult:
    def test_every_figure_is_shown_with_its_calculation(self, breached, reader_client):
        result = PeriodResult.objects.get(first_on=date(2026, 3, 1))

        page = text(reader_client.get(reverse("sla:result", args=[result.pk])))

        assert "3,600 s" in page
        assert "÷" in page
        assert "2,678.4 s" in page  # 0.1 % of 31 days
        assert "Tue 10 Mar, 09:00 UTC" in page

    def test_the_rows_of_the_csv_add_up_to_the_printed_figure(self, breached, reader_client):
        result = PeriodResult.objects.get(first_on=date(2026, 3, 1))

        answer = reader_client.get(reverse("sla:result-csv", args=[result.pk]))

        rows = list(csv.DictReader(StringIO(text(answer))))
        base = sum(int(row["up"]) + int(row["impaired"]) for row in rows)
        lost = sum(int(row["lost_milli"]) for row in rows)
        assert (base, lost) == (result.base_seconds, result.down_milli)
        assert Decimal(base * 1000 - lost) / (base * 1000) * 100 >= result.value_percent
        assert answer["Content-Type"].startswith("text/csv")

    def test_a_result_of_a_service_one_may_not_see_is_not_found(self, breached, reader_client):
        breached.shop.__class__.objects.filter(pk=breached.shop.pk).update(state="proposed")
        result = PeriodResult.objects.first()

        for name in ("sla:result", "sla:result-csv"):
            assert reader_client.get(reverse(name, args=[result.pk])).status_code == 404


@pytest.mark.django_db
class TestCalendars:
    def test_weekdays_with_the_same_hours_are_one_line(self, reader_client):
        create_calendar(
            name="Office hours",
            windows=[
                {"weekday": day, "opens_at": "08:00", "closes_at": "18:00"}
                for day in range(1, 6)
            ],
            holidays=[{"on": date(2099, 12, 25), "name": "Christmas Day"}],
        )

        page = text(reader_client.get(CALENDARS))

        assert "Mon to Fri 08:00–18:00" in page  # noqa: RUF001
        assert "next Christmas Day, 25 Dec 2099" in page

    def test_an_editor_states_service_hours(self, admin_client):
        asked = {
            "name": "Office hours",
            "days": ["1", "2"],
            "opens_at": "09:00",
            "closes_at": "17:00",
            "holidays": "2026-12-25 Christmas Day",
        }

        response = admin_client.post(reverse("sla:calendar-new"), asked)

        assert response.url == CALENDARS
        calendar = Calendar.objects.get()
        assert calendar.windows.count() == 2
        assert calendar.holidays.get().name == "Christmas Day"

    def test_a_line_that_is_no_date_is_told_at_its_field(self, admin_client):
        asked = {
            "name": "Office hours",
            "days": ["1"],
            "opens_at": "09:00",
            "closes_at": "17:00",
            "holidays": "Christmas",
        }

        response = admin_client.post(reverse("sla:calendar-new"), asked)

        assert response.status_code == 422
        assert 'id="id_holidays_error"' in text(response)
        assert not Calendar.objects.exists()
