"""A bank reads what is placed with it; that it did stands in the trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.actions.staff import bank_served
from partners.models import BankCredential, Participation, Placement
from partners.queries import handed_over as packages
from partners.queries import inbox, own_loans
from partners.rules.placing import FELL_THROUGH
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.models import Document
from tenancy.permissions import Permission, require


class ApplicationClosed(Refusal):
    """Nothing came of it with this bank, so the borrower's data is no longer for it to read."""

    code = "application_closed"


@room.atomic
def read(*, actor: Actor, at: datetime, placement_id: UUID) -> tuple[Placement, dict[str, Any]]:
    """
    Return a placement of the actor's bank and its package, and note who read it.

    :raises NotFound: if it is not this bank's
    :raises ApplicationClosed: if it fell through
    """
    placement = _open(actor, placement_id)
    credential = BankCredential.objects.filter(client_id=actor.id).first()
    audit.record(actor=actor, at=at, action="bank.read_application", subject=placement)
    return placement, packages.package(placement, credential)


@room.atomic
def find_document(
    *, actor: Actor, at: datetime, placement_id: UUID, document_id: UUID
) -> Document:
    """
    Return a file of an application of the actor's bank, and note that it was asked for.

    :raises NotFound: if it is not this bank's, or no file of this application
    :raises ApplicationClosed: if the application fell through
    """
    placement = _open(actor, placement_id)
    document = packages.documents(placement.application).filter(pk=document_id).first()
    if document is None:
        raise NotFound.of(_("document"), document_id)
    audit.record(
        actor=actor,
        at=at,
        action="bank.ask_for_document",
        subject=document,
        changes={"placement": placement.number},
    )
    return document


@room.atomic
def open_document(
    *, actor: Actor, at: datetime, placement_id: UUID, document_id: UUID
) -> tuple[Document, bytes]:
    """
    Return a file's content too, and note that it was fetched.

    :raises NotFound: as `find_document`
    :raises ApplicationClosed: as `find_document`
    """
    document = find_document(
        actor=actor, at=at, placement_id=placement_id, document_id=document_id
    )
    content = documents.content_of(document)
    audit.record(actor=actor, at=at, action="document.view", subject=document)
    return document, content


@room.atomic
def read_loan(*, actor: Actor, at: datetime, loan_id: UUID) -> Participation:
    """
    Return the part of a loan that the actor's bank holds, and note who read it.

    The borrower stands in it: a door shows who he is only while the part is the bank's.

    :raises NotFound: if no part of it is this bank's
    """
    require(actor, Permission.BANK_VIEW)
    part = own_loans.one(bank_served(actor), loan_id)
    if part is None:
        raise NotFound.of(_("Loan"), loan_id)
    audit.record(actor=actor, at=at, action="bank.read_loan", subject=part)
    return part


def _open(actor: Actor, placement_id: UUID) -> Placement:
    require(actor, Permission.BANK_VIEW)
    bank = bank_served(actor)
    placement = inbox.of_bank(bank, placement_id)
    if placement is None:
        raise NotFound.of(_("Application"), placement_id)
    if placement.status in FELL_THROUGH:
        raise ApplicationClosed(_("Nothing came of this application with your bank"))
    return placement
