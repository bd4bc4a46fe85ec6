"""Each button calls its action; a refusal comes back with what was typed."""

import re
from decimal import Decimal

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lending.models import (
    Application,
    CreditLine,
    Loan,
    LoanEvent,
    LoanStatus,
    Product,
    ProductVersion,
)
from lending.rules.stages import Stage
from scoring.models import Scorecard, TrainingRun
from tenancy import room
from tenancy.admin.verbs import Verb
from tenancy.models import AuditEvent, Document, Tenant
from tenancy.permissions import MATRIX, Permission
from tenancy.roles import Role
from tests.backoffice import house
from tests.backoffice.conftest import SignIn
from tests.scoring import build as scoring
from tests.tasks import SentTasks


def page_of(row: object) -> str:
    opts = row._meta  # type: ignore[attr-defined]
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    return reverse(name, args=[row.pk])  # type: ignore[attr-defined]


class TestApplications:
    def test_goes_from_a_person_to_an_active_loan_by_buttons(
        self, furnished: house.House, sign_in: SignIn, sent_tasks: SentTasks
    ) -> None:
        browser, page = sign_in(Role.SUPERVISOR), page_of(furnished.referred)

        approved = {"amount": "90000", "annual_rate": "18", "term": "120", "reason": "Known well"}
        assert house.send(browser, page, "approve", **approved).status_code == 302
        assert house.send(browser, page, "accept", confirmed="on").status_code == 302
        drawn = house.send(browser, page, "draw", amount="30000")
        sent_tasks.run()

        with room.enter(furnished.tenant.pk):
            loan = Loan.objects.get(principal=30_000)
            assert loan.status == LoanStatus.ACTIVE
            assert loan.terms["annual_rate"] == "0.18"
        assert drawn.headers["Location"] == page_of(loan)

    def test_above_ones_authority_is_refused_and_what_was_typed_is_kept(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.OFFICER), page_of(furnished.referred)

        typed = {"amount": "160000", "annual_rate": "20", "term": "90", "reason": "Ambitious"}
        answer = house.send(browser, page, "approve", **typed)

        shown = answer.content.decode()
        assert answer.status_code == 403
        assert "above your authority of 150000" in shown
        assert 'value="160000"' in shown
        assert "Ambitious" in shown
        with room.enter(furnished.tenant.pk):
            assert Application.objects.get(pk=furnished.referred.pk).stage == Stage.REFERRED
            assert AuditEvent.objects.filter(action="request.refused").exists()

    def test_terms_outside_the_product_name_field_value_and_what_was_expected(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.SUPERVISOR), page_of(furnished.referred)

        typed = {"amount": "1", "annual_rate": "99", "term": "500", "reason": "No"}
        answer = house.send(browser, page, "approve", **typed)

        shown = answer.content.decode()
        assert answer.status_code == 422
        for field, value in (("Amount in CNY", "1"), ("Term in days", "500")):
            assert re.search(rf"<td>{field}</td><td>{value}</td><td>a value within", shown)

    def test_a_decline_needs_a_reason(self, furnished: house.House, sign_in: SignIn) -> None:
        browser, page = sign_in(Role.OFFICER), page_of(furnished.referred)

        assert house.send(browser, page, "decline", reason="").status_code == 422
        assert house.send(browser, page, "decline", reason="Too young").status_code == 302
        assert house.send(browser, page, "refer", reason="He asked").status_code == 302

        with room.enter(furnished.tenant.pk):
            changes = Application.objects.get(pk=furnished.referred.pk).changes
            assert list(changes.order_by("-pk").values_list("reason", flat=True))[:2] == [
                "He asked",
                "Too young",
            ]

    def test_is_taken_put_back_and_withdrawn(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.OFFICER), page_of(furnished.referred)

        house.send(browser, page, "assign")
        mine = browser.get("/admin/lending/application/?desk=mine").content.decode()
        house.send(browser, page, "release")
        house.send(browser, page, "withdraw", reason="Changed his mind")

        assert furnished.referred.number in mine
        with room.enter(furnished.tenant.pk):
            row = Application.objects.get(pk=furnished.referred.pk)
            assert (row.assigned_to, row.stage) == (None, Stage.WITHDRAWN)

    def test_a_document_is_kept_and_another_kind_of_file_is_not(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.OFFICER), page_of(furnished.referred)
        good = SimpleUploadedFile("身份证.png", b"image", content_type="image/png")
        bad = SimpleUploadedFile("x.html", b"<script>", content_type="text/html")

        assert house.send(browser, page, "document", file=good).status_code == 302
        assert house.send(browser, page, "document", file=bad).status_code == 422
        assert "身份证.png" in browser.get(page).content.decode()
        with room.enter(furnished.tenant.pk):
            assert not Document.objects.filter(name="x.html").exists()


class TestLoans:
    def test_a_repayment_sent_twice_is_booked_once_and_can_be_reversed(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.FINANCE), page_of(furnished.loan)
        typed = {"amount": "500", "on": "2026-01-05", "key": "the-same"}

        assert house.send(browser, page, "repay", **typed).status_code == 302
        assert house.send(browser, page, "repay", **typed).status_code == 302
        with room.enter(furnished.tenant.pk):
            booked = LoanEvent.objects.get(loan=furnished.loan, amount=500)
        undone = house.send(browser, page, "reverse", event=booked.pk, reason="Wrong loan")

        assert undone.status_code == 302
        with room.enter(furnished.tenant.pk):
            assert LoanEvent.objects.get(reverses=booked).note == "Wrong loan"

    def test_a_fee_is_charged(self, furnished: house.House, sign_in: SignIn) -> None:
        browser, page = sign_in(Role.SUPERVISOR), page_of(furnished.loan)

        answer = house.send(browser, page, "charge", amount="25", on="2026-01-05", reason="Copy")

        assert answer.status_code == 302
        assert "25.00" in browser.get(page).content.decode()

    def test_a_day_ahead_is_refused_beside_its_field(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.FINANCE), page_of(furnished.loan)

        answer = house.send(browser, page, "repay", amount="10", on="2027-01-01")

        assert answer.status_code == 422
        assert "2027-01-01" in answer.content.decode()

    def test_an_officer_has_no_button_to_reverse_and_his_post_is_refused(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.OFFICER), page_of(furnished.loan)

        assert "/do/reverse/" not in browser.get(page).content.decode()
        answer = browser.post(page.replace("change/", "do/reverse/"), {"reason": "x"})

        assert answer.status_code == 403
        assert "loan.reverse" in answer.content.decode()


class TestOthers:
    def test_a_number_is_shown_for_a_reason_that_is_kept(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.OFFICER), page_of(furnished.borrower)

        answer = house.send(browser, page, "reveal", field="phone", reason="He asked for a call")

        assert "13800138000" in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
        with room.enter(furnished.tenant.pk):
            event = AuditEvent.objects.get(action="borrower.reveal")
            assert (event.reason, event.changes) == ("He asked for a call", {"field": "phone"})

    def test_four_per_cent_a_month_cannot_be_published(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser = sign_in(Role.RISK_MANAGER)
        facts = {
            "code": "dear", "name": "Dear loan", "name_zh": "高价贷款", "method": "bullet",
            "currency": "CNY", "min_amount": "1000", "max_amount": "10000", "min_draw": "1000",
            "quoted_rate": "4", "rate_basis": "monthly", "day_count": "actual/365",
            "penalty_rate": "0", "min_term": "30", "max_term": "90", "term_unit": "days",
            "line_months": "12", "offer_days": "30", "effective_from": "2026-01-05",
            "funding": "own",
        }  # fmt: skip

        begun = house.send(browser, "/admin/lending/product/", "begin", **facts)
        page = begun.headers["Location"]
        refused = house.send(browser, page, "publish")
        cheaper = house.send(browser, page, "draft", **{**facts, "quoted_rate": "1.5"})
        published = house.send(browser, page, "publish")

        assert refused.status_code in {409, 422}
        assert re.search(r"<b>Rule</b> CN-", refused.content.decode())
        assert (cheaper.status_code, published.status_code) == (302, 302)
        with room.enter(furnished.tenant.pk):
            version = ProductVersion.objects.get(product=Product.objects.get(code="dear"))
            assert version.quoted_rate == Decimal("0.015")
            assert version.is_published

    def test_a_line_is_frozen_and_opened_again(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser, page = sign_in(Role.SUPERVISOR), page_of(furnished.line)

        house.send(browser, page, "freeze", reason="Shop closed")
        assert "/do/draw/" not in browser.get(page).content.decode()
        house.send(browser, page, "thaw", reason="Open again")

        with room.enter(furnished.tenant.pk):
            assert CreditLine.objects.get(pk=furnished.line.pk).status == "OPEN"

    def test_a_card_is_trained_watched_and_approved(
        self, furnished: house.House, sign_in: SignIn, sent_tasks: SentTasks
    ) -> None:
        browser = sign_in(Role.RISK_MANAGER)
        file = SimpleUploadedFile("l.csv", scoring.labelled_csv(), content_type="text/csv")
        asked = {"file": file, "name": "second", "target": "defaulted", "intended_use": "Test"}

        begun = house.send(browser, "/admin/scoring/trainingrun/", "train", **asked)
        page = begun.headers["Location"]
        waiting = browser.get(page.replace("change/", "progress/")).json()
        with room.enter(furnished.tenant.pk):
            run = TrainingRun.objects.get(name="second")
        sent_tasks.run()
        done = browser.get(page.replace("change/", "progress/")).json()

        assert (waiting["is_over"], done["is_over"], done["progress"]) == (False, True, 100)
        assert f"/progress/{run.pk}" not in browser.get(page).content.decode()
        with room.enter(furnished.tenant.pk):
            card = Scorecard.objects.get(name="second")
        assert house.send(browser, page_of(card), "approve").status_code == 302

    def test_a_decision_is_made_again(self, furnished: house.House, sign_in: SignIn) -> None:
        browser, page = sign_in(Role.AUDITOR), page_of(furnished.decision)

        answer = house.send(browser, page, "replay")

        assert answer.status_code == 302
        assert "the same answer" in browser.get(page).content.decode()

    def test_finance_closes_the_day_by_a_worker(
        self, furnished: house.House, sign_in: SignIn, sent_tasks: SentTasks
    ) -> None:
        browser = sign_in(Role.FINANCE)

        answer = house.send(browser, "/admin/lending/closerun/", "close")

        assert answer.status_code == 302
        assert sent_tasks.names[-1] == "lending.close"
        assert Tenant.objects.get(pk=furnished.tenant.pk).business_date == house.ON

    def test_a_period_that_is_not_over_stays_open(
        self, furnished: house.House, sign_in: SignIn
    ) -> None:
        browser = sign_in(Role.FINANCE)

        answer = house.send(browser, "/admin/ledger/period/", "close", ends_on="2026-01-05")

        assert answer.status_code == 409
        assert "is not over" in answer.content.decode()


class TestDoors:
    def test_a_verb_is_done_by_post_alone(self, furnished: house.House, sign_in: SignIn) -> None:
        where = page_of(furnished.loan).replace("change/", "do/repay/")

        assert sign_in(Role.FINANCE).get(where).status_code == 405

    def test_a_post_without_its_token_is_refused(self, furnished: house.House) -> None:
        browser = house.signed_in(furnished.tenant, Role.FINANCE)
        browser.handler.enforce_csrf_checks = True

        where = page_of(furnished.loan).replace("change/", "do/repay/")

        assert browser.post(where, {"amount": "1", "on": "2026-01-05"}).status_code == 403

    def test_every_verb_needs_a_permission_that_somebody_lacks(self) -> None:
        verbs: list[Verb] = [
            verb
            for page in admin.site._registry.values()
            for verb in (*getattr(page, "verbs", ()), *getattr(page, "list_verbs", ()))
        ]

        assert len(verbs) > 25
        assert all(isinstance(verb.permission, Permission) for verb in verbs)
        assert all(MATRIX[verb.permission] < frozenset(Role) for verb in verbs)
