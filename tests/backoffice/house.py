"""A house with one of everything, and people of every role to look at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from ledger.actions import chart
from lending.actions import lines, repayment
from lending.models import Application, Borrower, CreditLine, Loan, PaymentOrder
from merchants.models import ImportRun, Invoice, Merchant
from scoring.models import Decision, Policy, Scorecard
from tenancy import room
from tenancy.actions import documents, tenants
from tenancy.models import Document, Tenant, User
from tenancy.roles import Role
from tests.lending import build as lending
from tests.scoring import build as scoring
from tests.tasks import SentTasks
from tests.tenancy.build import actor

ON = date(2026, 1, 5)
PASSWORD = "correct horse"
LIMIT = Decimal(150_000)
STAFF = (
    Role.OFFICER, Role.SUPERVISOR, Role.RISK_MANAGER, Role.FINANCE, Role.COLLECTOR, Role.AUDITOR,
    Role.ADMINISTRATOR,
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """One tenant's rows, each as its page is asked for."""

    tenant: Tenant
    referred: Application
    accepted: Application
    borrower: Borrower
    line: CreditLine
    loan: Loan
    order: PaymentOrder
    decision: Decision
    card: Scorecard
    policy: Policy
    merchant: Merchant
    document: Document


def tenant(slug: str = "riverside") -> Tenant:
    return Tenant.objects.create(
        slug=slug, name=slug.title(), name_zh="河畔小额贷款", business_date=ON
    )


def people(of: Tenant, roles: tuple[Role, ...] = STAFF) -> None:
    """Somebody of every role; the user name is the tenant's and the role."""
    with room.enter(of.pk):
        for role in roles:
            user = User.objects.create_user(f"{of.slug}-{role.value}", PASSWORD, name=role.label)
            limit = LIMIT if role in (Role.OFFICER, Role.SUPERVISOR) else None
            tenants.admit(
                user=user, role=role, authority_limit=limit,
                actor=actor(Role.ADMINISTRATOR), at=timezone.now(),
            )  # fmt: skip


def furnish(of: Tenant, sent: SentTasks) -> House:
    """A referred application, an active loan, a decision, a merchant with an invoice."""
    with room.enter(of.pk):
        lending.product()
        chart.open_accounts(currency="CNY", actor=lending.SYSTEM, at=timezone.now())
        now = timezone.now()
        borrower = lending.borrower("F-001", id_number="330102199001011234", phone="13800138000")
        referred = lending.decide(lending.submit(at=now), at=now)
        other = lending.decide(lending.submit(at=now, amount=Decimal(50_000)), at=now)
        line = lending.accept(lending.approve(other, at=now), at=now)
        loan = lines.draw(
            actor=actor(Role.PLATFORM), at=now, on=ON, line_id=line.pk, amount=Decimal(20_000),
            key="house-draw",
        )  # fmt: skip
    sent.run()
    with room.enter(of.pk):
        card, policy = scoring.approved(), scoring.published()
        decision = scoring.decision()
        merchant = _merchant(borrower)
        document = documents.store(
            actor=actor(Role.OFFICER), at=now, content=b"contract", media_type="text/plain",
            name="合同.txt", subject=referred, retain_until=date(2036, 1, 1),
        )  # fmt: skip
        repayment.receive(
            loan_id=loan.pk, amount=Decimal(1_000), on=ON, key="house-repaid", at=now,
            actor=actor(Role.FINANCE),
        )  # fmt: skip
        order = PaymentOrder.objects.get(loan=loan)
        accepted = Application.objects.get(pk=other.pk)
        loan.refresh_from_db()
    return House(
        of, referred, accepted, borrower, line, loan, order, decision, card, policy, merchant,
        document,
    )  # fmt: skip


def _merchant(borrower: Borrower) -> Merchant:
    now = timezone.now()
    merchant = Merchant.objects.create(
        code="E1", name="Firm E1", borrower=borrower, registered_at=now
    )
    run = ImportRun.objects.create(
        file_name="sales.csv", sha256="0" * 64, size_bytes=1, encoding="utf-8", started_at=now,
        started_by="test", status="finished", finished_at=now,
    )  # fmt: skip
    Invoice.objects.create(
        merchant=merchant, direction="sale", number="1", issued_on=date(2025, 12, 1),
        counterparty="B1", net=100, tax=13, gross=113, import_run=run,
    )  # fmt: skip
    return merchant


def signed_in(of: Tenant, role: Role) -> Client:
    """A browser of somebody of the role."""
    browser = Client()
    answer = browser.post("/", {"username": f"{of.slug}-{role.value}", "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return browser


def send(browser: Client, page: str, verb: str, **typed: Any) -> Any:
    """Press a button as the page offers it: with the hidden fields of its form."""
    shown = browser.get(page).content.decode()
    form = re.search(rf'<form method="post" action="([^"]*/do/{verb}/)".*?</form>', shown, re.S)
    assert form is not None, f"no {verb} on {page}"
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    return browser.post(form[1], {**hidden, **typed})
