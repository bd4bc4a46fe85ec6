"""Loans brought to where they stand by the real actions: asked for, paid by the rail, repaid."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from ledger.actions import chart
from ledger.models import Posting
from lending.actions import close, disbursement, payments, repayment
from lending.actions.servicing import Booked
from lending.models import Borrower, Loan, PaymentOrder, ProductVersion, RailMessage
from lending.queries import proofs
from lending.rails.protocol import Outcome, RailAnswer
from lending.rules.terms import DayCount, Method, Terms
from tenancy.actors import Actor
from tenancy.proofs import Failure
from tests.lending import build

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
ON = date(2026, 1, 5)
SYSTEM = Actor.system("test")


def terms(**changes: Any) -> Terms:
    """12,000 over a year in equal instalments, 18 % a year, 30/360, penalty 9 % a year."""
    facts: dict[str, Any] = {
        "principal": Decimal("12000.00"),
        "currency": "CNY",
        "annual_rate": Decimal("0.18"),
        "method": Method.EQUAL_INSTALMENT,
        "day_count": DayCount.THIRTY_360,
        "starts_on": ON,
        "periods": 12,
        "penalty_rate": Decimal("0.09"),
    }
    return Terms(**{**facts, **changes})


def draw_terms(**changes: Any) -> Terms:
    """100,000 for 180 days at 0.06 % a day, all at the end."""
    facts: dict[str, Any] = {
        "principal": Decimal("100000.00"),
        "annual_rate": Decimal("0.219"),
        "method": Method.BULLET,
        "day_count": DayCount.ACTUAL_365,
        "periods": 0,
        "due_dates": (date(2026, 7, 4),),
        "penalty_rate": Decimal("0.1095"),
    }
    return terms(**{**facts, **changes})


def books() -> None:
    """The standard chart in yuan."""
    chart.open_accounts(currency="CNY", actor=SYSTEM, at=NOON)


def ready() -> None:
    """All that a loan needs before it can be asked for."""
    books()
    if not ProductVersion.objects.exists():
        build.product()
        build.borrower()


def pending(key: str = "draw-1", of: Terms | None = None, **changes: Any) -> Loan:
    """A loan whose money has been asked for."""
    of = of or terms()
    ready()
    facts: dict[str, Any] = {
        "line": None,
        "borrower": Borrower.objects.first(),
        "version": ProductVersion.objects.first(),
        "terms": of,
        "amount": of.principal,
        "on": of.starts_on,
        "at": NOON,
        "actor": SYSTEM,
        "key": key,
    }
    return disbursement.request(**{**facts, **changes})


def order_of(loan: Loan) -> PaymentOrder:
    return PaymentOrder.objects.get(loan=loan, direction="out")


def answer(order: PaymentOrder, **changes: Any) -> RailAnswer:
    """What the rail would say of an order it has paid in full."""
    facts: dict[str, Any] = {
        "rail": order.rail,
        "message_id": f"m-{order.reference}",
        "reference": order.reference,
        "outcome": Outcome.POSTED,
        "amount": order.amount,
        "currency": order.currency,
        "on": order.requested_on,
    }
    return RailAnswer(**{**facts, **changes})


def callback(order: PaymentOrder, **changes: Any) -> RailMessage:
    return payments.callback(answer=answer(order, **changes), actor=SYSTEM, at=NOON)


def active(key: str = "draw-1", of: Terms | None = None) -> Loan:
    """A loan that the rail has paid out on its first day."""
    loan = pending(key, of)
    callback(order_of(loan))
    loan.refresh_from_db()
    return loan


def repay(loan: Loan, amount: str, on: date | None = None, **changes: Any) -> Booked:
    facts: dict[str, Any] = {
        "loan_id": loan.pk,
        "amount": Decimal(amount),
        "on": on or close.business_date(),
        "key": f"receipt-{loan.number}-{amount}-{on}",
        "at": NOON,
        "actor": SYSTEM,
    }
    return repayment.receive(**{**facts, **changes})


def close_to(day: date) -> list[close.StepReport]:
    return close.run(to=day, actor=SYSTEM, clock=lambda: NOON)


def faults() -> list[Failure]:
    """What the proofs of the loans find: nothing, if all is well."""
    return [failure for failures in proofs.prove().values() for failure in failures]


def totals() -> dict[str, Decimal]:
    """The books at a glance: the balance of each account that has one."""
    rows = Posting.objects.values_list("account__code").annotate(total=Sum("amount"))
    return {code: total for code, total in rows if total}
