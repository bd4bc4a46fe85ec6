"""Village partners, their recommendations and the loans that came of them."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from lending.models import Application, Loan
from lending.rules.terms import Method
from rural.actions import commission, leads, village_partners, village_rules
from rural.models import (
    Household,
    Lead,
    Opinion,
    Recommendation,
    Submission,
    SubmissionStatus,
    Village,
    VillagePartner,
)
from tenancy.actors import Actor
from tenancy.models import User
from tenancy.roles import Role
from tests.lending import build as lending
from tests.lending.servicing import build as servicing
from tests.rural import build
from tests.tenancy.build import NOON, actor

__all__ = ["NOON", "build"]

ON = build.ON
SYSTEM = Actor.system("test")
BOSS = actor(Role.SUPERVISOR)
SECOND_BOSS = Actor("user", "00000000-0000-7000-8000-000000000099", "Zhao Min", Role.SUPERVISOR)
FINANCE = actor(Role.FINANCE)


def ready() -> Village:
    """The house's rules, the books and one village."""
    village_rules.adopt(actor=SYSTEM, at=NOON)
    return build.village()


def partner(code: str = "P1", name: str = "Zhang Qiang") -> VillagePartner:
    """An active village partner of Liushu."""
    ready()
    agent = build.person(Role.AGENT, name, villages=(build.VILLAGE,))
    return village_partners.register(
        actor=BOSS,
        at=NOON,
        on=ON,
        code=code,
        user=User.objects.get(pk=agent.id),
        id_number="11010519491231002X",
        payout_account="6222020200011112222",
    )


def agent_of(of: VillagePartner) -> Actor:
    """The partner as the field app's door makes him."""
    return Actor("user", str(of.user_id), of.name, Role.AGENT)


def household(head: str = "王建国", **facts: Any) -> Household:
    return Household.objects.create(
        **{
            "id": uuid4(),
            "code": f"H{uuid4().hex[:8]}",
            "village": build.village(),
            "head_name": head,
            "created_at": NOON,
            "changed_at": NOON,
            **facts,
        }
    )


def submission(form: str, answers: dict[str, Any], by: Actor, **facts: Any) -> Submission:
    """A form as it was accepted."""
    return Submission.objects.create(
        **{
            "form_code": form,
            "form_version": 1,
            "root_uuid": uuid4(),
            "content_sha256": hashlib.sha256(uuid4().bytes).hexdigest(),
            "answers": answers,
            "received_at": NOON,
            "agent_id": by.id,
            "agent_name": by.name,
            "agent_role": by.role,
            "status": SubmissionStatus.COMPLETE,
            "status_at": NOON,
            **facts,
        }
    )


def recommended_loan(
    of: VillagePartner,
    number: int = 1,
    *,
    relation: str = "none",
    amount: str = "20000",
    starts_on: date = ON,
    at: datetime = NOON,
) -> Loan:
    """A loan over twelve equal instalments, paid out to somebody whom the partner recommended."""
    servicing.ready()
    reference = f"V-{number:03d}"
    line = lending.line(borrower_reference=reference)
    borrower = Application.objects.get(pk=line.application_id).borrower
    home = household(f"户主{number}", borrower=borrower)
    lead = Lead.objects.create(
        partner=of, village=home.village, household=home, name=home.head_name, created_at=at
    )
    answers = {"relation": relation, "opinion": "recommend"}
    Recommendation.objects.create(
        partner=of,
        lead=lead,
        submission=submission("F4", answers, agent_of(of), household=home),
        relation=relation,
        opinion=Opinion.RECOMMEND,
        asked_amount=Decimal(amount),
        made_at=at,
        application_id=line.application_id,
    )
    terms = servicing.terms(
        principal=Decimal(amount), starts_on=starts_on, method=Method.EQUAL_INSTALMENT
    )
    loan = servicing.pending(
        f"draw-{reference}", terms, line=line, borrower=borrower, version=line.version
    )
    servicing.callback(servicing.order_of(loan))
    loan.refresh_from_db()
    return loan


def partner_with_a_month(user: User) -> VillagePartner:
    """A user as a partner with a lead, a loan, a reminder and a stated January."""
    ready()
    made = village_partners.register(actor=BOSS, at=NOON, on=ON, code="P1", user=user)
    recommended_loan(made)
    leads.remind(actor=SYSTEM, at=NOON, on=date(2026, 2, 1))
    commission.accrue(actor=SYSTEM, at=NOON, on=date(2026, 1, 20), partner_id=made.pk)
    commission.prepare(
        actor=SYSTEM, at=NOON, on=date(2026, 2, 1), partner_id=made.pk, of=date(2026, 1, 1),
        currency="CNY",
    )  # fmt: skip
    return made
