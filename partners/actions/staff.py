"""Whose bank a reader is: a program by its credential, a person by where he works."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.actions import credentials
from partners.models import BankStaff, PartnerBank
from tenancy import room
from tenancy.actions import audit, tenants
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.models import User
from tenancy.permissions import Permission, require
from tenancy.roles import Role


def bank_served(actor: Actor) -> PartnerBank:
    """
    Return the bank whose rows an actor may read, and no other's.

    Reading only: to decide for a bank takes its credential (`credentials.bank_of`).

    :raises NotABank: if the actor neither holds a credential nor works at a bank
    """
    if actor.kind != "user":
        return credentials.bank_of(actor)
    staff = None
    if actor.role == Role.BANK:
        staff = (
            BankStaff.objects.select_related("bank")
            .filter(user_id=actor.id, bank__is_active=True)
            .first()
        )
    if staff is None:
        raise credentials.NotABank(_("Only the people of a partner bank may read this"))
    bank: PartnerBank = staff.bank
    return bank


@room.atomic
def admit(*, actor: Actor, at: datetime, user: User, bank_id: UUID) -> BankStaff:
    """
    Let a person of a bank read what is that bank's; moving him to another bank replaces it.

    :raises NotFound: if there is no such bank
    """
    require(actor, Permission.USER_MANAGE)
    bank = PartnerBank.objects.filter(pk=bank_id).first()
    if bank is None:
        raise NotFound.of(_("Bank"), bank_id)
    tenants.admit(user=user, role=Role.BANK, actor=actor, at=at)
    staff, _created = BankStaff.objects.update_or_create(
        user=user, defaults={"bank": bank}, create_defaults={"bank": bank, "since": at}
    )
    audit.record(
        actor=actor, at=at, action="bank_staff.admit", subject=staff, changes={"bank": bank.code}
    )
    return staff
