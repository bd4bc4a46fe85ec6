"""A closed business date with one bank: all that its settlement and its files are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.queries.classification import profile
from lending.rules.classification import bucket
from partners.models import PartnerBank
from partners.queries.claimed import bought_back, compensated
from partners.queries.receipts import interest_by_fee, receipts
from partners.queries.standing import disbursed, outstanding
from partners.rules.day import Day, service_fee
from partners.rules.files import kinds


def day(bank: PartnerBank, on: date) -> Day:
    """Read a day with a bank; read again, however much later, it gives the same rows."""
    floors = profile(on=on)

    def classes(dpd: int) -> tuple[str, str]:
        return bucket(dpd), floors.classify(dpd).value.upper()

    claims = tuple(compensated(bank, on))
    return Day(
        repaid=tuple(receipts(bank, on)),
        files={
            kinds.DISBURSE.name: tuple(disbursed(bank, on, classes)),
            kinds.OUTSTANDING.name: tuple(outstanding(bank, on, classes)),
            **({kinds.COMPENSATION.name: claims} if claims else {}),
        },
        compensation=bought_back(bank, on),
        fees_due_to_platform=sum(
            (service_fee(interest, rate) for rate, interest in interest_by_fee(bank, on)),
            Decimal(0),
        ),
    )
