"""Importing check history through the page: upload, look at the plan, apply."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Service
from monitoring.models import CheckResult, HistoryImport, Monitor
from sla.models import Commitment

IMPORT = reverse("monitoring:import")
GOOD = """time,monitor,status,code,response_ms
2026-08-01T00:00:00Z,Web shop,up,200,182
2026-08-01T04:10:00Z,Web shop,down,503,
2026-08-01T05:10:00Z,Web shop,up,200,190
"""
BAD_ROW = GOOD + "2026-08-02T00:00:00Z,Web shop,sideways,200,1\n"


def text(response) -> str:
    return response.content.decode()


def upload(client, content: str, *, until: str = "2026-08-03T00:00"):
    file = SimpleUploadedFile("history.csv", content.encode(), content_type="text/csv")
    return client.post(IMPORT, {"file": file, "until": until})


@pytest.mark.django_db
class TestImport:
    def test_a_plan_changes_nothing_and_says_what_it_would_do(self, admin_client):
        response = upload(admin_client, GOOD)

        page = text(admin_client.get(response.url))
        assert "3 new checks of 1 monitor" in page
        assert "New, with a service of that name" in page
        assert not Monitor.objects.exists()

    def test_applying_it_makes_service_monitor_outage_and_promise(
        self, admin_client, run_follow_ups
    ):
        plan = upload(admin_client, GOOD).url

        with run_follow_ups():
            response = admin_client.post(plan, follow=True)

        assert "3 checks imported" in text(response)
        shop = Service.objects.get(name="Web shop")
        assert shop.outages.count() == 1
        assert Commitment.objects.get(service=shop).target_percent == Decimal("99.9")

    def test_importing_twice_changes_nothing(self, admin_client):
        admin_client.post(upload(admin_client, GOOD).url)

        plan = upload(admin_client, GOOD).url
        page = text(admin_client.get(plan))
        admin_client.post(plan)

        assert "0 new checks of 1 monitor, 3 known already" in page
        assert CheckResult.objects.count() == 3

    def test_a_bad_row_is_listed_with_its_number_field_and_reason(self, admin_client):
        plan = upload(admin_client, BAD_ROW).url

        page = text(admin_client.get(plan))

        assert "Rows left out" in page
        assert '<th scope="row" class="num">5</th>' in page
        assert "<td>status</td>" in page
        admin_client.post(plan)
        assert CheckResult.objects.count() == 3

    @pytest.mark.parametrize("content", ["", "when,who\n1,2\n", "\0\1"])
    def test_a_file_that_is_no_history_is_told_at_its_field(self, admin_client, content):
        response = upload(admin_client, content)

        assert response.status_code == 422
        assert 'id="id_file_error"' in text(response)
        assert not HistoryImport.objects.exists()

    def test_a_file_without_rows_leaves_nothing_to_import(self, admin_client):
        header = GOOD.splitlines()[0] + "\n"

        response = upload(admin_client, header)

        assert response.status_code == 422
        assert "The file has a header, but no rows." in text(response)

    def test_a_file_of_which_no_row_can_be_used_says_why_of_each(self, admin_client):
        rows = "2026-08-01T00:00:00,Shop,up,200,1\n2026-08-01T00:00:00Z,Shop,sideways,200,1\n"

        response = upload(admin_client, GOOD.splitlines()[0] + "\n" + rows)

        assert response.status_code == 422
        assert "Row 2, time" in text(response)
        assert "Row 3, status" in text(response)

    def test_a_name_cannot_smuggle_a_script_into_the_plan(self, admin_client):
        evil = GOOD.replace("Web shop", "</script><script>alert(1)")

        page = text(admin_client.get(upload(admin_client, evil).url))

        assert "<script>alert" not in page

    def test_readers_may_not_import(self, reader_client, admin_client):
        plan = upload(admin_client, GOOD).url

        assert reader_client.get(IMPORT).status_code == 403
        assert upload(reader_client, GOOD).status_code == 403
        assert reader_client.post(plan).status_code == 403
        assert not Monitor.objects.exists()

    def test_strangers_are_sent_to_sign_in(self, client):
        assert client.get(IMPORT).status_code == 302

    def test_the_public_history_gives_18_monitors(self, admin_client, real_data):
        file = real_data / "data" / "uptime-history" / "results.csv"

        plan = upload(admin_client, file.read_text(), until="2026-09-01T00:00").url

        page = text(admin_client.get(plan))
        assert "314 new checks of 18 monitors" in page
