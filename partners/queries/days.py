"""A closed business date with one bank: all that its settlement and its files are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.queries.classification import profile
from lending.rules.classification import AssetClass, NoProfile, Profile, bucket, worst
from partners.models import PartnerBank
from partners.queries.arrears import overdue, planned
from partners.queries.claimed import bought_back, compensated
from partners.queries.collected import collected_on
from partners.queries.receipts import interest_by_fee, receipts
from partners.queries.standing import disbursed, outstanding
from partners.rules.day import Day, service_fee
from partners.rules.files import kinds
from partners.rules.files.rows import Row


def day(bank: PartnerBank, on: date) -> Day:
    """Read a day with a bank; read again, however much later, it gives the same rows."""
    floors = _floors(on)

    def classes(dpd: int, said: AssetClass | None) -> tuple[str, str]:
        held = [*([floors.classify(dpd)] if floors else []), *([said] if said else [])]
        return bucket(dpd), worst(held).value.upper() if held else ""

    # Published only where there is something to say.
    sometimes: dict[str, tuple[Row, ...]] = {
        kinds.REPAYMENT_PLAN.name: tuple(planned(bank, on)),
        kinds.OVERDUE.name: tuple(overdue(bank, on, classes)),
        kinds.COMPENSATION.name: tuple(compensated(bank, on)),
    }
    return Day(
        repaid=tuple(receipts(bank, on)),
        files={
            kinds.DISBURSE.name: tuple(disbursed(bank, on, classes)),
            kinds.OUTSTANDING.name: tuple(outstanding(bank, on, classes)),
            **{name: rows for name, rows in sometimes.items() if rows},
        },
        compensation=bought_back(bank, on),
        collected_by_bank=collected_on(bank, on),
        fees_due_to_platform=sum(
            (service_fee(interest, rate) for rate, interest in interest_by_fee(bank, on)),
            Decimal(0),
        ),
    )


def _floors(on: date) -> Profile | None:
    # A jurisdiction without a rule set of classes has days all the same.
    try:
        return profile(on=on)
    except NoProfile:
        return None
