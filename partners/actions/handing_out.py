"""Handing out a settlement's file, and noting to whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.actions.staff import bank_served
from partners.models import SettlementFile
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.permissions import Permission, require
from tenancy.roles import Role


@room.atomic
def hand_out(*, actor: Actor, at: datetime, file_id: UUID) -> tuple[SettlementFile, bytes]:
    """
    Return a published file and its content; a bank gets its own only.

    :raises NotFound: if there is no such file, or it is another bank's
    :raises DocumentAltered: if the stored content was changed
    """
    require(actor, Permission.SETTLEMENT_VIEW)
    file: SettlementFile | None = (
        SettlementFile.objects.select_related("settlement__bank", "document")
        .filter(pk=file_id)
        .first()
    )
    if file is None or not _may_see(actor, file):
        raise NotFound.of(_("File"), file_id)
    content = documents.content_of(file.document)
    audit.record(
        actor=actor, at=at, action="settlement_file.read", subject=file,
        changes={"name": file.name, "sha256": file.sha256},
    )  # fmt: skip
    return file, content


def _may_see(actor: Actor, file: SettlementFile) -> bool:
    if actor.role != Role.BANK:
        return True
    return bank_served(actor).pk == file.settlement.bank_id
