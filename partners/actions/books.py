"""
The partners' part of co-lent loans in the lender's books.

A receipt posts the whole loan at once and nothing of this, so a partner adds nothing to its time.
What it was of whose follows when the day is over, from the shares, in one entry a bank and day;
what partners have earned follows as one amount, target less posted, like the daily accrual.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from ledger.actions import chart, posting
from ledger.models import Period
from ledger.queries.balance import balance
from ledger.rules.entry import Line
from lending.actions.holding import HeldLoan
from lending.rules.fold import fold
from partners.models import (
    BuyBack,
    Cession,
    FundingLeg,
    Participation,
    PartnerBank,
    PartnerPayment,
    PartnerPaymentDirection,
    Settlement,
)
from partners.models.claim import CLAIMED
from partners.queries import books as queries
from partners.queries.books import FLOWS_KEY, Standing
from partners.rules import accounts
from partners.rules.accounts import Handed
from partners.rules.splitting import Cession as Stretch
from partners.rules.splitting import Component, Part, split
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant

ZERO = Decimal(0)


@room.atomic
def post_shares(*, bank: PartnerBank, on: date, at: datetime) -> int:
    """
    Post what a bank's shares up to a closed day mean, an entry a day; return the entries.

    With them what the bank collected itself: booked as cash like any receipt, it stands with
    the bank, so that what is left with it is our part. Booked on the day itself, or on the
    business date where a period was closed over it. Days that are posted are left alone, so it
    can be called again.
    """
    _alone(bank.pk)
    posted = 0
    flows = dict(queries.flows(bank, on))
    collected = queries.collected(bank, on)
    for day in sorted({*flows, *collected}):
        with_bank = accounts.collected_lines(collected.get(day, ZERO), bank.currency, bank.pk)
        shares = accounts.flow_lines(flows.get(day, []), bank.currency, bank.pk)
        lines = accounts.merged([*shares, *with_bank])
        if lines:
            _post(
                key=f"{FLOWS_KEY}:{bank.pk}:{day.isoformat()}",
                kind="partner.shares",
                narrative=bank.code,
                lines=lines,
                on=_booked_on(day),
                at=at,
                value_date=day,
            )
            posted += 1
    return posted


@room.atomic
def post_accrued(*, at: datetime) -> int:
    """
    Bring the partners' part of what open loans have earned to the morning of the business date.

    Target less posted: repeated it finds nothing to do, and a day that was missed is caught up
    with. Return the entries.
    """
    hold_banks()
    today = _today()
    short = [each for each in queries.standings(today) if _is_short(each)]
    posted = 0
    for (subject, currency), found in groupby(
        short, key=lambda each: (each.subject_id, each.currency)
    ):
        rows = list(found)
        before = ":".join(f"{each.component}{each.posted.normalize():f}" for each in rows)
        missing = [(each.component, each.missing) for each in rows]
        _post(
            # With what was there before: two at once make one entry, a later difference another.
            key=f"partner.accrued:{subject}:{today}:{before}",
            kind="partner.accrued",
            narrative="",
            lines=accounts.accrual_lines(missing, currency, subject),
            on=today,
            at=at,
        )
        posted += 1
    return posted


def hold_banks() -> None:
    """Let two workers that settle different days take turns with what is about all banks."""
    _alone()


def post_leg(leg: FundingLeg, *, bank: PartnerBank, on: date, at: datetime) -> None:
    """Post that a bank's leg came in, or that it went back."""
    is_back = leg.status == "RETURNED"
    _post(
        key=f"leg:{leg.pk}:{leg.status}",
        kind="partner.leg",
        narrative=leg.reference,
        lines=accounts.leg_lines(-leg.amount if is_back else leg.amount, leg.currency, bank.pk),
        on=on,
        at=at,
    )


def post_handed_over(
    part: Participation, held: HeldLoan, before: Sequence[Stretch], *, key: str, at: datetime
) -> None:
    """Post what changed hands when stretches of a bank's part were ceded, or made void."""
    lines = accounts.handed_lines(
        _handed(part, held, before), part.currency, part.bank_id, part.guarantor_id
    )
    if lines:
        _post(
            key=key,
            kind="partner.handed_over",
            narrative=held.number,
            lines=lines,
            on=held.business_date,
            at=at,
        )


def post_bought(
    bought: BuyBack, held: HeldLoan, before: Sequence[Stretch], *, at: datetime
) -> None:
    """Post that we took a bank's part over, and owe it the price."""
    part = bought.participation
    _post(
        key=f"buy_back:{bought.pk}",
        kind="partner.bought_back",
        narrative=held.number,
        lines=accounts.bought_lines(
            _handed(part, held, before), bought.price, part.currency, part.bank_id
        ),
        on=held.business_date,
        at=at,
    )


def post_settled(settlement: Settlement, *, at: datetime) -> None:
    """Bring fees and adjustments of a settlement into the books; a correction its difference."""
    told = {
        accounts.SERVICE_FEES: -settlement.fees_due_to_platform,
        accounts.FEES_TO_BANKS: settlement.fees_due_to_partner,
        accounts.ADJUSTMENTS: settlement.adjustments,
    }
    there = {code: balance(code, settlement.currency, subject_id=settlement.pk) for code in told}
    if told == there:
        return
    change = {code: told[code] - there[code] for code in told}
    state = ":".join(f"{there[code].normalize():f}" for code in told)
    _post(
        key=f"settlement:{settlement.pk}:{state}",
        kind="partner.settled",
        narrative=str(settlement),
        lines=accounts.settled_lines(
            service_fees=-change[accounts.SERVICE_FEES],
            fees_to_bank=change[accounts.FEES_TO_BANKS],
            adjustments=change[accounts.ADJUSTMENTS],
            currency=settlement.currency,
            bank_id=settlement.bank_id,
            settlement_id=settlement.pk,
        ),
        on=_booked_on(settlement.on),
        at=at,
        value_date=settlement.on,
    )


def post_paid(payment: PartnerPayment, settlement: Settlement, *, at: datetime) -> None:
    """Post that a settlement's net has moved: nothing of it is owed any more."""
    to_bank = payment.direction == PartnerPaymentDirection.TO_BANK
    assert payment.value_date is not None, "a paid payment has its value date"
    _post(
        key=f"partner_payment:{payment.pk}",
        kind="partner.paid",
        narrative=payment.reference,
        lines=accounts.paid_lines(
            payment.amount if to_bank else -payment.amount, payment.currency, settlement.bank_id
        ),
        on=_today(),
        at=at,
        value_date=payment.value_date,
    )


def post_paid_over(
    guarantor_id: UUID,
    amount: Decimal,
    currency: str,
    *,
    key: str,
    reference: str,
    on: date,
    at: datetime,
) -> None:
    """Post that a guarantor has what we had collected for it."""
    _post(
        key=key,
        kind="guarantor.paid_over",
        narrative=reference,
        lines=accounts.paid_over_lines(amount, currency, guarantor_id),
        on=on,
        at=at,
    )


def stretches(part: Participation) -> list[Stretch]:
    """Return the stretches of a bank's part that somebody else holds."""
    return [each.as_rule() for each in Cession.objects.filter(participation=part, is_void=False)]


def _handed(part: Participation, held: HeldLoan, before: Sequence[Stretch]) -> list[Handed]:
    """Compare what of all that was ever owed is whose, with the stretches then and now."""
    totals = fold(held.terms, held.events, held.business_date).balances
    owed = {
        Component.PRINCIPAL: totals.disbursed,
        Component.INTEREST: totals.interest_accrued,
        Component.FEE: totals.fee_charged,
        Component.PENALTY: totals.penalty_accrued,
    }
    was, now = _cut(part, owed, before), _cut(part, owed, stretches(part))
    return [
        Handed(each, was[each].bank - now[each].bank, now[each].guarantor - was[each].guarantor)
        for each in CLAIMED
    ]


def _cut(
    part: Participation, owed: dict[Component, Decimal], ceded: Sequence[Stretch]
) -> dict[Component, Part]:
    return split(owed, part.fractions, decimals=part.decimals, cessions=ceded)


def _is_short(standing: Standing) -> bool:
    # Principal is only ever moved by what happened; `verify` holds it against the loans.
    return standing.component in accounts.PASSED and standing.missing != 0


def _booked_on(day: date) -> date:
    is_closed = Period.objects.filter(ends_on__gte=day).exists()
    return _today() if is_closed else day


def _alone(*banks: UUID) -> None:
    """
    Post for banks, all without one named, as the only one to do so until the transaction ends.

    Not a full lock: everybody who writes a row that names the bank would wait for it, while
    holding what is needed here.
    """
    rows = PartnerBank.objects.select_for_update(no_key=True).order_by("pk")
    list((rows.filter(pk__in=banks) if banks else rows).values_list("pk"))


def _today() -> date:
    return Tenant.objects.get(pk=room.current()).business_date


def _post(
    *,
    key: str,
    kind: str,
    narrative: str,
    lines: Iterable[Line],
    on: date,
    at: datetime,
    value_date: date | None = None,
) -> None:
    lines = [line for line in lines if line.amount]
    # A lender may have opened its books before it had partner banks.
    chart.open_accounts(
        accounts.PARTNER_CHART,
        currency=lines[0].currency,
        actor=Actor.system("partner books"),
        at=at,
    )
    posting.post(
        key=key,
        kind=kind,
        value_date=value_date or on,
        booked_on=on,
        at=at,
        narrative=narrative,
        lines=lines,
    )


def due_to_guarantor(guarantor_id: UUID, currency: str) -> Decimal:
    """Return what the books owe a guarantor of what was collected for it."""
    return -balance(accounts.DUE_TO_GUARANTORS, currency, subject_id=guarantor_id)
