"""
A farmer's loan together with a partner bank: the one story that proves the product.

From the partner's recommendation, the neighbours' ballots and the assessment to the bank's
counter-offer, one payment of two legs, the officer's visit, the harvest's receipts split to the
cent, settlement with the bank's own file, a delay, the guarantor in the bank's place, and proofs
over all of it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.management.commands.verify import prove
from ledger.actions import chart
from ledger.queries.balance import balance
from lending.actions import applications, close, lines, offers, rescheduling
from lending.models import Application, CreditLine, Loan, Offer, PaymentOrder
from lending.queries import classification
from lending.rules.classification import bucket
from partners.actions import claims, daily, participations, reschedulings
from partners.models import (
    BankEvent,
    Break,
    CompensationClaim,
    FundingLeg,
    Guarantor,
    Participation,
    PartnerBank,
    Placement,
    RoutingCandidate,
    Settlement,
)
from partners.queries.days import day
from partners.rules.files.rows import Row
from rural.actions import applications as rural_applications
from rural.models import Household
from tenancy.actions import approvals
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.lending import build as lending
from tests.lending.servicing import build as servicing
from tests.partners import build as banks
from tests.partners import money, settling
from tests.rural.capacity import build as capacity
from tests.rural.capacity import households
from tests.rural.capacity.build import MAY, NOON, actor
from tests.system import field
from tests.tasks import SentTasks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BANK_C = "coast"
CENT = Decimal("0.01")


@pytest.fixture
def county(room: Tenant, settings: Any, tmp_path: Any) -> Tenant:
    """The county's lender on 1 May: rules, books, harvest product, two banks and a guarantor."""
    settings.DOCUMENT_ROOT = tmp_path
    Tenant.objects.filter(pk=room.pk).update(business_date=MAY)
    chart.open_accounts(currency="CNY", actor=servicing.SYSTEM, at=NOON)
    capacity.product(funding="partner")
    capacity.policy()
    capacity.adopted()
    banks.guarantor()
    shared: dict[str, Any] = {"min_term": 1, "max_term": 24, "term_unit": "months"}
    banks.agreement(
        model="CO_LEND_G", guarantor_code="shield", compensation_dpd=90,
        compensation_scope="FULL", **shared,
    )  # fmt: skip
    other = banks.agreement("coast-70", bank_code=BANK_C, **{**shared, "priority": 1})
    banks.quota(other, "1000")
    return room


def of_the_worked_example() -> Household:
    """The household of the domain text, which lets both banks see its application."""
    yes = [{"recipient": code, "agreed": True} for code in ("harbour", BANK_C)]
    return households.household(bank_consents=yes)


def applied(household: Household) -> Application:
    """Recommended, graded AA, 24,700 as the rules allow, approved by us, waiting for a bank."""
    recommended = field.recommended(field.ready(), household)
    assert field.graded(household, MAY).grade == "AA"
    assessed = capacity.assess(household, grade="")
    assert (assessed.limit, assessed.binding) == (Decimal(24_700), "T3")
    application = rural_applications.apply(
        actor=actor(Role.OFFICER), at=NOON, on=MAY, assessment_id=assessed.pk,
        amount=assessed.limit, purpose="Seed and fertiliser", opinion="Diligent",
    )  # fmt: skip
    assert field.followed(recommended, MAY).application == application
    lending.decide(application, on=MAY)
    applications.approve(
        actor=actor(Role.SUPERVISOR, limit="200000"), at=NOON, on=MAY,
        application_id=application.pk, reason="Known for thirty years",
    )  # fmt: skip
    application.refresh_from_db()
    assert application.stage == "FUNDING"
    return application


def visited(loan: Loan) -> None:
    """The first visit is made within fifteen working days and signed by two."""
    household = Household.objects.get(borrower=loan.borrower)
    visit = field.visited(loan, household, datetime(2026, 5, 12, 3, tzinfo=UTC))
    assert (visit.kind, visit.status) == ("first", "DONE")
    assert date(2026, 5, 12) <= visit.due_on


def countered(application: Application) -> Offer:
    """Bank A is asked, because C has no quota left, and offers 20,000 at 9 %."""
    routing = banks.route(application, on=MAY)
    refused = RoutingCandidate.objects.get(routing=routing, version__agreement__code="coast-70")
    assert [reason["code"] for reason in refused.reasons] == ["quota"]
    placement = Placement.objects.select_related("bank").get(application=application)
    assert placement.bank.code == "harbour"
    banks.decide(placement, "COUNTER", amount=Decimal(20_000), annual_rate=Decimal("0.09"), on=MAY)
    return Offer.objects.get(application=application, status="OPEN")


def paid_out(offer: Offer) -> Loan:
    """The borrower agrees to the new cost table; 14,000 and 6,000 become one payment."""
    line: CreditLine = offers.accept(
        actor=actor(Role.OFFICER), at=NOON, on=MAY, offer_id=offer.pk, cost_hash=offer.cost_hash
    )
    loan = lines.draw(
        actor=actor(Role.OFFICER), at=NOON, on=MAY, line_id=line.pk, amount=line.limit,
        key="the-one-draw",
    )  # fmt: skip
    part = participations.fund(actor=servicing.SYSTEM, at=NOON, on=MAY, loan_id=loan.pk)
    assert part is not None
    legs = dict(FundingLeg.objects.filter(participation=part).values_list("side", "amount"))
    assert legs == {"bank": Decimal(14_000), "own": Decimal(6_000)}
    assert not PaymentOrder.objects.exists()
    money.confirm(part, on=MAY, value_on=MAY)
    servicing.callback(PaymentOrder.objects.get(loan=loan, direction="out"), on=MAY)
    participations.paid_out(actor=servicing.SYSTEM, at=NOON, loan_id=loan.pk)
    loan.refresh_from_db()
    assert loan.status == "ACTIVE"
    return loan


def close_until(day: date) -> None:
    close.run(to=day, actor=servicing.SYSTEM, clock=lambda: NOON)


def settled(on: date) -> Settlement:
    """The day's settlement with bank A, as the worker does it."""
    daily.settle_day(actor=servicing.SYSTEM, on=on, clock=lambda: NOON)
    return Settlement.objects.get(on=on, bank__code="harbour")


def bank_file(on: date, rows: Sequence[Row]) -> Break:
    """Bank A sends its file of a day; the one difference that it makes."""
    settling.taken(rows, on=on)
    return Break.objects.get(on=on)


def reconciled(loan: Loan, settlement: Settlement) -> None:
    """A cent explains itself; what is missing the next day goes to people."""
    bank, due = settlement.bank, settlement.on
    # Of 20,000.00 lent 14,000.00 were the bank's; half of both has come back.
    assert (balance("1100", "CNY"), balance("1190", "CNY")) == (
        Decimal(10_000), Decimal(-7_000),
    )  # fmt: skip
    owed = balance("2310", "CNY")
    assert owed == -settlement.partner_share
    [ours] = day(bank, due).repaid
    cent = bank_file(due, [settling.off(ours, "0.01")])
    assert (cent.type, cent.status) == ("ROUNDING", "RESOLVED")
    assert abs(balance("2310", "CNY") - owed) == abs(balance("5210", "CNY")) == CENT

    money.repay(loan, "500.00", due + timedelta(days=1))
    close_until(due + timedelta(days=2))
    assert settled(due + timedelta(days=1)).gross_receipts == Decimal(500)
    missing = bank_file(due + timedelta(days=1), [])
    assert (missing.type, missing.status) in {
        ("MISSING_THEIRS", "OPEN"), ("MISSING_THEIRS", "ASSIGNED"),
    }  # fmt: skip


def put_on_a_later_date(loan: Loan) -> date:
    """The drought: an officer asks, a supervisor and the bank agree, and only then is it done."""
    today, later = date(2027, 7, 15), date(2027, 10, 20)
    close_until(today)
    asked = rescheduling.ask(
        actor=actor(Role.OFFICER), at=NOON, loan_id=loan.pk, due_dates=[later], on=today,
        reason="Drought signal of the county",
    )  # fmt: skip
    second = actor(Role.SUPERVISOR)
    approvals.approve(actor=second, at=NOON, request_id=asked.pk, reason="Fields visited")
    waits = reschedulings.carry_out(actor=second, at=NOON, on=today, request_id=asked.pk)
    assert waits is None
    put = BankEvent.objects.get(topic="loan.reschedule_asked")
    reschedulings.consent(
        actor=banks.actor_of(put.bank), at=NOON, loan_id=loan.pk,
        consent_id=put.payload["consent_id"], agreed=True,
    )  # fmt: skip
    assert loan.instalments.order_by("-number")[0].due_on == later
    return later


def assert_of_one_class_for_both(loan: Loan, today: date) -> None:
    """Ninety-one days late: substandard in our books, and told to the bank the same morning."""
    assert classification.class_of(loan.pk) == "substandard"
    settled(today - timedelta(days=1))
    told = BankEvent.objects.filter(topic="loan.classified").order_by("id").last()
    assert told is not None
    assert (told.payload["asset_class"], told.payload["effective_on"]) == (
        "SUBSTANDARD", today.isoformat(),
    )  # fmt: skip


def assert_held_by_the_guarantor(claim: CompensationClaim) -> None:
    """What stood for the bank in our books stands for the guarantor."""
    assert Participation.objects.get().holder == "guarantor"
    bank, guarantor = (
        balance("1190", "CNY", subject_id=each.pk)
        for each in (PartnerBank.objects.get(code="harbour"), Guarantor.objects.get())
    )
    assert (bank, guarantor) == (Decimal(0), -claim.principal)


class TestAFarmersLoan:
    def test_from_the_assessment_to_the_guarantor(
        self, county: Tenant, sent_tasks: SentTasks
    ) -> None:
        offer = countered(applied(of_the_worked_example()))
        assert (offer.amount, offer.annual_rate) == (Decimal(20_000), Decimal("0.09"))
        loan = paid_out(offer)
        visited(loan)
        due = [row.due_on for row in loan.instalments.order_by("number")]
        assert due == [date(2027, 1, 20), date(2027, 8, 20)]

        january = loan.instalments.get(number=1)
        paid = january.principal_due + january.interest_due
        close_until(due[0])
        money.repay(loan, str(paid), due[0])
        total, bank_part, _guarantor, own_part, _spread = money.shared(loan, "principal")
        assert (total, bank_part, own_part) == (Decimal(10_000), Decimal(7_000), Decimal(3_000))
        interest = money.shared(loan, "interest")
        assert interest[0] == january.interest_due
        assert interest[1] == (interest[0] * Decimal("0.7")).quantize(CENT)
        assert interest[1] + interest[3] == interest[0]

        close_until(due[0] + timedelta(days=1))
        sent_tasks.run()
        the_day = Settlement.objects.get(on=due[0], bank__code="harbour")
        assert the_day.partner_share == bank_part + interest[1]
        reconciled(loan, the_day)
        due[1] = put_on_a_later_date(loan)
        close_until(due[1] + timedelta(days=91))
        loan.refresh_from_db()
        late = (close.business_date() - due[1]).days
        assert (late, bucket(late)) == (91, "M4")
        assert classification.profile(on=close.business_date()).classify(late) == "substandard"

        today = close.business_date()
        assert_of_one_class_for_both(loan, today)
        claim = claims.file(actor=banks.actor(Role.FINANCE), at=NOON, on=today, loan_id=loan.pk)
        claims.pay(
            actor=banks.actor(Role.FINANCE), at=NOON, on=today, claim_id=claim.pk,
            reference="SHIELD-1", reversible_until=today + timedelta(days=30),
        )  # fmt: skip
        assert CompensationClaim.objects.get().status == "PAID"
        assert_held_by_the_guarantor(claim)

        before = money.shared(loan, "principal")
        money.repay(loan, "5000.00", today)
        after = money.shared(loan, "principal")
        assert after[1] == before[1]
        assert after[2] > before[2]

        assert {name: found for name, found in prove(county).items() if found} == {}
