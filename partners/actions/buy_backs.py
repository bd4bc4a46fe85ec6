"""We take a bank's part of a loan over, at a price; from then on all of it is ours."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions.holding import hold
from lending.rules.fold import fold
from partners.actions import books, claims, feed, participations
from partners.models import BuyBack, Cession, Participation, ParticipationStatus
from partners.models.claim import CLAIMED
from partners.rules.placing import PlacementState
from partners.rules.splitting import Component, Holder, split
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require


class NothingToBuy(Refusal):
    """The bank holds no part of the loan any more."""

    code = "nothing_to_buy_back"


@room.atomic
def buy_back(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    loan_id: UUID,
    reason: str,
    price_ratio: Decimal | None = None,
) -> BuyBack:
    """
    Buy the bank's part back: its outstanding principal and accrued interest, times the ratio.

    The borrower notices nothing. Repeating it returns the purchase that was made.

    :param price_ratio: of what the bank holds; the agreement's where it is left out
    :raises NotFound: if no bank holds a part of the loan
    :raises NothingToBuy: if a guarantor has paid the bank already
    """
    require(actor, Permission.SETTLEMENT_RUN)
    part = participations.locked(loan_id)
    if part is None:
        raise NotFound.of(_("Participation"), loan_id)
    known = BuyBack.objects.filter(participation=part).first()
    if known is not None:
        return known
    if part.status != ParticipationStatus.ACTIVE:
        raise NothingToBuy(_("The bank holds no part of this loan"))
    held = hold(loan_id)
    totals = fold(held.terms, held.events, on).balances
    before = claims.free_from(part, held)
    principal = _bank_part(part, Component.PRINCIPAL, totals.disbursed)
    interest = _bank_part(part, Component.INTEREST, totals.interest_accrued)
    principal -= before[Component.PRINCIPAL]
    interest -= before[Component.INTEREST]
    ratio = part.version.buy_back_ratio if price_ratio is None else price_ratio
    bought = BuyBack.objects.create(
        id=uuid7(),
        participation=part,
        principal=principal,
        interest=interest,
        price_ratio=ratio,
        price=_rounded((principal + interest) * ratio, part.decimals),
        on=on,
        reason=reason[:200],
    )
    part.move_to(ParticipationStatus.BOUGHT_BACK)
    part.holder = Holder.OWN.value
    part.save(update_fields=["status", "holder"])
    ceded = books.stretches(part)
    for component in CLAIMED:
        Cession.objects.create(
            participation=part,
            component=component.value,
            starts_at=before[component],
            holder=Holder.OWN.value,
        )
    books.post_bought(bought, held, ceded, at=at)
    if part.placement is not None:
        participations.advance(part.placement, PlacementState.BOUGHT_BACK, at=at, actor=actor)
    audit.record(
        actor=actor,
        at=at,
        action="participation.buy_back",
        subject=part,
        changes={"price": str(bought.price), "ratio": str(ratio)},
        reason=reason,
    )
    told = {
        "loan_id": str(loan_id),
        "price": f"{bought.price:.{part.decimals}f}",
        "currency": part.currency,
        "settled_on": on.isoformat(),
    }
    feed.tell(part.bank, "loan.bought_back", told, at=at, placement=part.placement)
    return bought


def _bank_part(part: Participation, component: Component, total: Decimal) -> Decimal:
    return split({component: total}, part.fractions, decimals=part.decimals)[component].bank


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
