"""Giving a guarantor what was collected for it after it had paid a bank."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ledger.models import JournalEntry
from lending.actions.repayment import require_payable
from partners.actions import books
from partners.models import Guarantor
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require


class NothingIsOwed(Refusal):
    """More would be paid over than was collected."""

    code = "nothing_owed"


class PaidOverOtherwise(Refusal):
    """The reference belongs to another amount."""

    code = "paid_over_otherwise"


@room.atomic
def pay_over(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    guarantor_id: UUID,
    amount: Decimal,
    currency: str,
    reference: str,
) -> Decimal:
    """
    Note that a guarantor was given what we had collected for it; return what is still owed.

    Repeating a reference changes nothing. What was received today follows when the day is settled.

    :raises NotFound: if there is no such guarantor
    :raises Invalid: without a reference, or for an amount that is none
    :raises NothingIsOwed: naming what is owed
    :raises PaidOverOtherwise: if the reference was another amount's
    """
    require(actor, Permission.SETTLEMENT_RUN)
    guarantor = Guarantor.objects.select_for_update(no_key=True).filter(pk=guarantor_id).first()
    if guarantor is None:
        raise NotFound.of(_("Guarantor"), guarantor_id)
    reference = reference.strip()
    if not 0 < len(reference) <= 80:
        raise Invalid(
            _("A payment needs its reference"),
            errors=[FieldError("/reference", reference[:80], "1–80")],
        )
    require_payable(amount, currency)
    key = f"guarantor:{guarantor.pk}:{reference}"
    if _is_known(key, amount):
        return books.due_to_guarantor(guarantor.pk, currency)
    owed = books.due_to_guarantor(guarantor.pk, currency)
    if amount > owed:
        raise NothingIsOwed(
            _("%(owed)s %(currency)s is owed") % {"owed": f"{owed:.2f}", "currency": currency}
        )
    books.post_paid_over(
        guarantor.pk, amount, currency, key=key, reference=reference, on=on, at=at
    )
    audit.record(
        actor=actor,
        at=at,
        action="guarantor.pay_over",
        subject=guarantor,
        changes={"amount": str(amount), "currency": currency, "reference": reference},
    )
    return owed - amount


def _is_known(key: str, amount: Decimal) -> bool:
    entry = JournalEntry.objects.filter(key=key).first()
    if entry is None:
        return False
    if entry.postings.filter(amount=amount).exists():
        return True
    raise PaidOverOtherwise(_("This reference was used for another amount"))
