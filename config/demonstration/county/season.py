"""From the draw into June: the first wheat is sold, and each day is closed and settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from config.demonstration.cast import DIRECTOR
from config.demonstration.county import cast
from config.demonstration.waiting import wait_for
from lending.actions import close, repayment
from lending.models import Loan, LoanStatus
from partners.actions import paying
from partners.models import Participation, PartnerPayment, ReconRun, Settlement
from tenancy import room

OPENING = date(2026, 5, 25)
UNTIL = date(2026, 6, 20)
# On these days wheat is sold: which loans pay, counted from the first, and what part of them.
SALES = {
    date(2026, 6, 8): ((0, "0.30"), (1, "0.25")),
    date(2026, 6, 10): ((2, "0.40"),),
    date(2026, 6, 12): ((3, "0.20"), (4, "0.30"), (0, "0.10")),
    date(2026, 6, 15): ((1, "0.25"), (2, "0.10")),
    date(2026, 6, 17): ((4, "0.20"),),
}
# How the first bank's own file of a settled day differs from ours.
FILES = {date(2026, 6, 8): "cent_off", date(2026, 6, 15): "missing_row"}
_YUAN = Decimal(1)


def days_left() -> int:
    """Return how many business dates are still to be closed."""
    return max((UNTIL - close.business_date()).days, 0)


def serve(tell: Callable[[int], object]) -> None:
    """Let each day's receipts come and close it; the worker settles it with the banks."""
    today = close.business_date()
    while today < UNTIL:
        with room.enter(room.current()):
            _receive(today)
        close.run(to=today + timedelta(days=1), actor=DIRECTOR, clock=timezone.now)
        today += timedelta(days=1)
        tell(1)


def reconciled() -> None:
    """Wait until each day is settled and both banks have handed in their files of it."""
    last = UNTIL - timedelta(days=1)
    wait_for(lambda: _are_compared(last), f"the banks' files up to {last}")
    with room.enter(room.current()):
        finance = cast.actor_of(cast.FINANCE)
        payments = PartnerPayment.objects.select_related("settlement").order_by("settlement__on")
        # The last day's transfer is left for the visitor to confirm.
        pending = [each for each in list(payments)[:-1] if each.status == "PENDING"]
        for payment in pending:
            paying.confirm(
                actor=finance,
                at=timezone.now(),
                payment_id=payment.pk,
                bank_ref=f"TT-{payment.settlement.on:%m%d}",
                value_date=payment.settlement.on + timedelta(days=1),
            )


def _receive(today: date) -> None:
    loans = list(Loan.objects.filter(status=LoanStatus.ACTIVE).order_by("pk"))
    for number, part in SALES.get(today, ()):
        if number < len(loans):
            loan = loans[number]
            repayment.receive(
                loan_id=loan.pk,
                amount=(loan.principal * Decimal(part)).quantize(_YUAN),
                on=today,
                key=f"wheat-{loan.number}-{today}",
                at=timezone.now(),
                actor=cast.actor_of(cast.FINANCE),
            )


def _are_compared(last: date) -> bool:
    with room.enter(room.current()):
        banks = Participation.objects.values("bank").distinct().count()
        days = Settlement.objects.filter(on__lte=last).count()
        runs = ReconRun.objects.filter(on__lte=last).count()
        return Settlement.objects.filter(on=last).count() == banks and runs >= days
