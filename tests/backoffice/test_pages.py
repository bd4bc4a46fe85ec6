"""Who sees which page, and that another room's rows are not there."""

import re

import pytest
from django.test import Client

from tenancy import room
from tenancy.models import AuditEvent
from tenancy.permissions import Permission, allows
from tenancy.roles import Role
from tests.backoffice import house
from tests.backoffice.conftest import SignIn

# The matrix below reads as the one that it is held against.
P = Permission
LISTS = {
    "lending/application/": P.APPLICATION_VIEW,
    "lending/borrower/": P.BORROWER_VIEW,
    "lending/creditline/": P.LINE_VIEW,
    "lending/loan/": P.LOAN_VIEW,
    "lending/paymentorder/": P.PAYMENT_VIEW,
    "lending/railmessage/": P.PAYMENT_VIEW,
    "lending/closerun/": P.LEDGER_VIEW,
    "lending/product/": P.PRODUCT_VIEW,
    "lending/regulationrule/": P.PRODUCT_VIEW,
    "merchants/merchant/": P.MERCHANT_VIEW,
    "merchants/invoice/": P.MERCHANT_VIEW,
    "merchants/importrun/": P.MERCHANT_VIEW,
    "scoring/decision/": P.SCORE_VIEW,
    "scoring/scorecard/": P.SCORE_VIEW,
    "scoring/policy/": P.SCORE_VIEW,
    "scoring/trainingrun/": P.SCORE_VIEW,
    "ledger/account/": P.LEDGER_VIEW,
    "ledger/account/trial-balance/": P.LEDGER_VIEW,
    "ledger/journalentry/": P.LEDGER_VIEW,
    "ledger/period/": P.LEDGER_VIEW,
    "partners/partnerbank/": P.BANK_VIEW,
    "partners/guarantor/": P.BANK_VIEW,
    "partners/bankcredential/": P.AGREEMENT_EDIT,
    "partners/agreement/": P.BANK_VIEW,
    "partners/fundingrule/": P.BANK_VIEW,
    "partners/routing/": P.APPLICATION_VIEW,
    "partners/placement/": P.APPLICATION_VIEW,
    "tenancy/approvalrequest/": P.APPROVAL_DECIDE,
    "tenancy/document/": P.DOCUMENT_VIEW,
    "tenancy/auditevent/": P.AUDIT_VIEW,
    "tenancy/membership/": P.USER_MANAGE,
    "tenancy/outboxmessage/": P.TENANT_CONFIGURE,
    "tenancy/webhooksubscription/": P.TENANT_CONFIGURE,
}


def pages(held: house.House) -> dict[str, Permission]:
    """The own page of each row of a house, and what one needs to see it."""
    return {
        f"lending/application/{held.referred.pk}/change/": P.APPLICATION_VIEW,
        f"lending/application/{held.accepted.pk}/change/": P.APPLICATION_VIEW,
        f"lending/borrower/{held.borrower.pk}/change/": P.BORROWER_VIEW,
        f"lending/creditline/{held.line.pk}/change/": P.LINE_VIEW,
        f"lending/loan/{held.loan.pk}/change/": P.LOAN_VIEW,
        f"lending/paymentorder/{held.order.pk}/change/": P.PAYMENT_VIEW,
        f"lending/product/{held.line.version.product_id}/change/": P.PRODUCT_VIEW,
        f"merchants/merchant/{held.merchant.pk}/change/": P.MERCHANT_VIEW,
        f"scoring/decision/{held.decision.pk}/change/": P.SCORE_VIEW,
        f"scoring/scorecard/{held.card.pk}/change/": P.SCORE_VIEW,
        f"scoring/policy/{held.policy.pk}/change/": P.SCORE_VIEW,
        f"tenancy/document/{held.document.pk}/change/": P.DOCUMENT_VIEW,
        f"tenancy/document/{held.document.pk}/content/": P.DOCUMENT_VIEW,
    }


def rows_linked(browser: Client, where: str) -> list[str]:
    """The change pages that a list links to."""
    shown = browser.get(f"/admin/{where}").content.decode()
    return re.findall(rf'href="(/admin/{where}[^"/]+/change/)', shown)


@pytest.mark.slow
class TestPages:
    def test_a_role_sees_what_the_matrix_says_and_nothing_else(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        wanted = {**LISTS, **pages(furnished)}
        for role in house.STAFF:
            browser = sign_in(role)

            got = {page: browser.get(f"/admin/{page}").status_code for page in wanted}

            meant = {page: 200 if allows(role, need) else 403 for page, need in wanted.items()}
            assert got == meant, role

    def test_the_menu_leads_only_where_one_may_go(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        for role in house.STAFF:
            browser = sign_in(role)
            home = browser.get("/admin/").content.decode()

            entries = set(re.findall(r'href="(/admin/[a-z]+/[^"]*)" class="flex', home))

            assert len(entries) >= 9
            assert {browser.get(entry).status_code for entry in entries} == {200}, role

    def test_an_entry_shows_lines_that_balance(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser = sign_in(Role.FINANCE)

        first = rows_linked(browser, "ledger/journalentry/")[0]

        assert "Loan principal" in browser.get(first).content.decode()

    def test_an_odd_id_is_not_found(self, furnished: house.House, sign_in: SignIn) -> None:
        browser = sign_in(Role.SUPERVISOR)

        for odd in ("x", "00000000-0000-0000-0000-000000000000", "1", "%00"):
            for where in ("lending/loan", "tenancy/document", "lending/railmessage"):
                answer = browser.get(f"/admin/{where}/{odd}/change/")
                assert answer.status_code == 404, (where, odd)

    def test_personal_pages_leave_a_trace(self, furnished: house.House, sign_in: SignIn) -> None:
        browser = sign_in(Role.OFFICER)
        browser.get(f"/admin/lending/borrower/{furnished.borrower.pk}/change/")
        browser.get(f"/admin/tenancy/document/{furnished.document.pk}/content/")

        with room.enter(furnished.tenant.pk):
            seen = AuditEvent.objects.filter(actor_name="Loan officer")
            actions = set(seen.values_list("action", flat=True))
        assert {"borrower.view", "document.view"} <= actions

    def test_a_number_is_masked(self, furnished: house.House, sign_in: SignIn) -> None:
        page = sign_in(Role.OFFICER).get(
            f"/admin/lending/borrower/{furnished.borrower.pk}/change/"
        )

        assert "330102199001011234" not in page.content.decode()
        assert "1234" in page.content.decode()

    def test_a_file_comes_as_a_download(self, furnished: house.House, sign_in: SignIn) -> None:
        where = f"/admin/tenancy/document/{furnished.document.pk}/content/"
        answer = sign_in(Role.AUDITOR).get(where)

        assert answer.content == b"contract"
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_the_trail_of_a_row_is_for_those_who_may_read_it(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        where = f"/admin/lending/application/{furnished.referred.pk}/history/"

        assert sign_in(Role.OFFICER).get(where).status_code == 403
        assert "application.submit" in sign_in(Role.AUDITOR).get(where).content.decode()

    def test_there_is_no_search_over_rooms(self, furnished: house.House, sign_in: SignIn) -> None:
        assert sign_in(Role.OFFICER).get("/admin/search/?s=loan").status_code == 404


@pytest.mark.slow
class TestAnotherRoom:
    @pytest.fixture
    def stranger(self, furnished: house.House) -> Client:
        """Somebody who may do everything here, but nothing there."""
        other = house.tenant("hillside")
        house.people(other)
        return house.signed_in(other, Role.SUPERVISOR)

    def test_no_page_of_theirs_is_found(self, furnished: house.House, stranger: Client) -> None:
        with room.enter(furnished.tenant.pk):
            theirs = pages(furnished)
        seen = {
            page: stranger.get(f"/admin/{page}").status_code
            for page, need in theirs.items()
            if allows(Role.SUPERVISOR, need)
        }
        assert set(seen.values()) == {404}

    def test_no_history_progress_or_verb_of_theirs_is_found(
        self, furnished: house.House, stranger: Client
    ) -> None:
        loan, application = furnished.loan.pk, furnished.referred.pk
        assert stranger.get(f"/admin/lending/loan/{loan}/history/").status_code == 404
        for where in (
            f"lending/loan/{loan}/do/repay/",
            f"lending/application/{application}/do/approve/",
            f"lending/application/{application}/do/document/",
        ):
            assert stranger.post(f"/admin/{where}", {"amount": "1"}).status_code == 404

    def test_no_list_shows_theirs(self, furnished: house.House, stranger: Client) -> None:
        for where, need in LISTS.items():
            if allows(Role.SUPERVISOR, need) and where not in {
                "ledger/account/trial-balance/", "tenancy/membership/",
            }:  # fmt: skip
                assert rows_linked(stranger, where) == [], where

    def test_no_autocomplete_completes_theirs(
        self, furnished: house.House, stranger: Client
    ) -> None:
        answer = stranger.get(
            "/admin/autocomplete/",
            {"app_label": "lending", "model_name": "loan", "field_name": "borrower", "term": ""},
        )

        assert answer.json()["results"] == []

    def test_a_filter_by_their_id_finds_nothing(
        self, furnished: house.House, stranger: Client
    ) -> None:
        page = stranger.get(
            "/admin/merchants/invoice/", {"merchant__id__exact": str(furnished.merchant.pk)}
        )

        assert page.status_code == 200
        assert not re.search(rb"/merchants/invoice/\d+/change/", page.content)
