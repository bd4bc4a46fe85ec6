"""Registering firms, and what is known of their credit history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions import borrowers
from lending.models import Borrower, BorrowerKind
from merchants.models import Merchant
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Label:
    """A firm's known credit history."""

    rating: str
    is_defaulted: bool


@room.atomic
def register(*, actor: Actor, at: datetime, codes: Iterable[str]) -> dict[str, UUID]:
    """
    Make sure that there is a merchant for each code; its name is the code until someone knows it.

    :return: code -> the merchant's id, for new and known codes alike
    """
    require(actor, Permission.MERCHANT_IMPORT)
    wanted = sorted(set(codes))
    known = known_ids(wanted)
    new = [code for code in wanted if code not in known]
    if new:
        # Another import may register the same code meanwhile; whoever is second finds it.
        Merchant.objects.bulk_create(
            [Merchant(code=code, name=code, registered_at=at) for code in new],
            ignore_conflicts=True,
        )
        audit.record(
            actor=actor, at=at, action="merchant.register", changes={"codes": new[:100]},
            subject=f"{len(new)} merchants",
        )  # fmt: skip
        known |= known_ids(new)
    return known


@room.atomic
def label(*, actor: Actor, at: datetime, labels: Mapping[str, Label]) -> int:
    """
    Record the credit history of firms, registering those that are new.

    :return: how many firms' labels are new or other than before
    """
    register(actor=actor, at=at, codes=labels)
    changed = []
    for merchant in Merchant.objects.for_update().filter(code__in=list(labels)):
        wanted = labels[merchant.code]
        if (merchant.rating, merchant.is_defaulted) != (wanted.rating, wanted.is_defaulted):
            merchant.is_labelled = True
            merchant.rating, merchant.is_defaulted = wanted.rating, wanted.is_defaulted
            changed.append(merchant)
    Merchant.objects.bulk_update(
        changed, ["is_labelled", "rating", "is_defaulted"], batch_size=1000
    )
    if changed:
        audit.record(
            actor=actor, at=at, action="merchant.label",
            subject=f"{len(changed)} merchants",
            changes={"codes": [merchant.code for merchant in changed[:100]]},
        )  # fmt: skip
    return len(changed)


@room.atomic
def as_borrower(*, actor: Actor, at: datetime, merchant_id: UUID) -> Borrower:
    """
    Return the borrower that a merchant is, making him known to lending at his first application.

    His reference is the merchant's code.

    :raises NotFound: if there is no such merchant
    """
    merchant = Merchant.objects.for_update().filter(pk=merchant_id).first()
    if merchant is None:
        raise NotFound.of(_("Merchant"), merchant_id)
    if merchant.borrower_id is None:
        merchant.borrower = borrowers.register(
            actor=actor, at=at, kind=BorrowerKind.FIRM, reference=merchant.code,
            name=merchant.name,
        )  # fmt: skip
        merchant.save(update_fields=["borrower"])
    borrower: Borrower = merchant.borrower
    return borrower


def known_ids(codes: Iterable[str]) -> dict[str, UUID]:
    """Return code -> id of the merchants that exist."""
    return dict(Merchant.objects.filter(code__in=list(codes)).values_list("code", "id"))
