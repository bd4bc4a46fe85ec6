"""The back office's pages on settlements, banks' files and differences, as finance uses them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from partners.models import Break, ReconRun, Settlement, SettlementFile
from tenancy import room as rooms
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.backoffice import house
from tests.lending.servicing.build import books
from tests.partners import settling

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LISTS = ("settlement", "break", "reconrun")


@pytest.fixture
def tenant() -> Tenant:
    """A day settled, and a bank's file that lacks a receipt of it."""
    tenant = house.tenant()
    house.people(tenant)
    with rooms.enter(tenant.pk):
        Tenant.objects.filter(pk=tenant.pk).update(business_date=settling.ON)
        books()
        settling.settled(settling.receipts(2))
        settling.taken(settling.receipts(1))
    return tenant


def get(browser: Client, page: str) -> str:
    answer = browser.get(f"/admin/{page}")
    assert answer.status_code == 200, page
    return answer.content.decode()


def do(browser: Client, page: str, **typed: Any) -> int:
    return browser.post(f"/admin/{page}", typed).status_code


def only(tenant: Tenant, model: Any) -> Any:
    with rooms.enter(tenant.pk):
        return model.objects.select_related("owner" if model is Break else "bank").get()


def test_show_what_there_is_in_both_languages(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.FINANCE)
    rows = {"settlement": Settlement, "break": Break, "reconrun": ReconRun}

    for language in ("en", "zh-hans"):
        browser.post("/language", {"language": language, "next": "/admin/"})
        for model in LISTS:
            get(browser, f"partners/{model}/")
        shown = {
            name: get(browser, f"partners/{name}/{only(tenant, model).pk}/change/")
            for name, model in rows.items()
        }
    assert "harbour_REPAY_DETAIL_20260105_001.csv" in shown["settlement"]
    assert "银行文件缺失" in shown["break"]
    assert "R-2" in shown["reconrun"]


def test_hand_a_file_out_and_note_to_whom(tenant: Tenant) -> None:
    with rooms.enter(tenant.pk):
        file = SettlementFile.objects.get(kind="REPAY_DETAIL")
    browser = house.signed_in(tenant, Role.FINANCE)

    answer = browser.get(f"/admin/partners/settlement/files/{file.pk}/")
    complete = browser.get(f"/admin/partners/settlement/files/{file.pk}/ok/")

    assert answer.content.startswith(b"H|2026-01-05|harbour|REPAY_DETAIL|2|")
    assert file.name in answer.headers["Content-Disposition"]
    assert file.sha256 in complete.content.decode()
    with rooms.enter(tenant.pk):
        assert AuditEvent.objects.filter(action="settlement_file.read").count() == 2


def test_a_difference_is_explained_and_the_day_closed(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.FINANCE)
    settlement, found = only(tenant, Settlement), only(tenant, Break)
    assert found.owner is not None

    page = f"partners/settlement/{settlement.pk}/do"
    assert do(browser, f"{page}/confirm/", bank_ref="BK-1", value_date="2026-01-06") == 302
    page_of_break = f"partners/break/{found.pk}/do"
    assert do(browser, f"{page_of_break}/resolve/", reason="") == 422
    assert do(browser, f"{page_of_break}/resolve/", reason="Booked late") == 302
    assert do(browser, f"{page}/reconcile/") == 302

    assert only(tenant, Settlement).status == "RECONCILED"


def test_a_write_off_takes_two_people(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.FINANCE)
    page = f"partners/break/{only(tenant, Break).pk}/do"

    assert do(browser, f"{page}/write-off/", reason="Not worth the letters") == 302
    assert do(browser, f"{page}/approve/") == 403
    assert do(house.signed_in(tenant, Role.SUPERVISOR), f"{page}/approve/") == 302

    assert only(tenant, Break).status == "WRITTEN_OFF"


def test_a_banks_file_is_taken_by_hand(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.FINANCE)
    name, content = settling.file_of(settling.receipts(2), seq=2)
    with rooms.enter(tenant.pk):
        bank = settling.bank()

    sent = SimpleUploadedFile(name, content, content_type="text/csv")
    assert do(browser, "partners/settlement/do/take/", bank=bank.pk, file=sent) == 302

    assert only(tenant, Break).status == "RESOLVED"
    wrong = SimpleUploadedFile("receipts.csv", content, content_type="text/csv")
    assert do(browser, "partners/settlement/do/take/", bank=bank.pk, file=wrong) == 422


def test_are_not_for_officers(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.OFFICER)

    assert {browser.get(f"/admin/partners/{model}/").status_code for model in LISTS} == {403}
