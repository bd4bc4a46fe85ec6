"""A loan that Harbour Bank co-lends, brought to where it stands by the real actions."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from lending.models import Loan, Offer, PaymentOrder
from partners.actions import participations
from partners.models import FundingLeg, Participation, PartnerBank
from tenancy import room
from tenancy.models import Tenant
from tests.lending import build as lending
from tests.lending.servicing import build as servicing
from tests.partners import build, money

ON = build.ON


@dataclass
class Lent:
    """A loan of a tenant with the leg of its bank."""

    tenant: Tenant
    loan_id: str
    leg_id: str
    number: str

    def pay_out(self) -> None:
        """Let the rail pay the borrower, and take note of it."""
        with room.enter(self.tenant.pk):
            servicing.callback(PaymentOrder.objects.get(loan=self.loan_id, direction="out"))
            participations.paid_out(
                actor=build.SYSTEM, at=timezone.now(), loan_id=Loan.objects.get(pk=self.loan_id).pk
            )

    def repay(self, amount: str, on: date) -> None:
        """Close the days up to one, and let the borrower pay on it."""
        with room.enter(self.tenant.pk):
            servicing.close_to(on)
            money.repay(Loan.objects.get(pk=self.loan_id), amount)

    @property
    def part(self) -> Participation:
        """The participation as it stands."""
        with room.enter(self.tenant.pk):
            return Participation.objects.select_related("placement").get(loan=self.loan_id)


def asked_for(tenant: Tenant, bank: PartnerBank, key: str = "draw-1", **changes: Any) -> Lent:
    """10,000 at 18 % over a year, 70:30, whose legs have been asked for."""
    with room.enter(tenant.pk):
        code = changes.pop("agreement", f"{bank.code}-70")
        guarantor = changes.get("guarantor_code")
        if guarantor:
            build.guarantor(guarantor)
        part = money.held(key, version=build.agreement(code, bank_code=bank.code, **changes))
        leg = FundingLeg.objects.get(participation=part, side="bank")
        return Lent(tenant, str(part.loan_id), str(leg.pk), part.loan.number)


def drawn(tenant: Tenant) -> Lent:
    """What the borrower drew of a line that the bank has approved by its own decision."""
    now = timezone.now()
    with room.enter(tenant.pk):
        line = lending.accept(Offer.objects.get(), at=now, on=ON)
        loan = lending.draw(line, "50000", at=now, on=ON)
        part = participations.fund(actor=build.SYSTEM, at=now, on=ON, loan_id=loan.pk)
        assert part is not None
        leg = FundingLeg.objects.get(participation=part, side="bank")
        return Lent(tenant, str(loan.pk), str(leg.pk), loan.number)


def paid(leg: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A bank's word that it has paid a leg."""
    body = {
        "result": "PAID",
        "amount": leg["amount"],
        "value_date": ON.isoformat(),
        "bank_ref": f"HB-{leg['reference']}",
    }
    return {**body, **changes}


def booked(number: str = "HB-L-1", **changes: Any) -> dict[str, Any]:
    """A bank's word that it has booked its part."""
    part = {"amount": "7000.00", "currency": "CNY"}
    return {"bank_loan_number": number, "amount": part, **changes}
