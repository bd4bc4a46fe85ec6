"""Knowing who borrows; personal numbers are shown to nobody without a reason that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions.evidence import is_storable
from lending.models import Borrower, BorrowerKind
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.fields import mask
from tenancy.permissions import Permission, require

REFERENCE_CHARACTERS = 80
NAME_CHARACTERS = 200
NUMBER_CHARACTERS = 40


class ReferenceTaken(Refusal):
    """Another borrower, of another name or kind, already has this reference."""

    code = "borrower_reference_taken"


@room.atomic
def register(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    reference: str,
    name: str,
    name_zh: str = "",
    id_number: str = "",
    phone: str = "",
    bank_card: str = "",
) -> Borrower:
    """
    Make a borrower known under his channel's reference; repeating it returns the one there is.

    :raises Invalid: naming every field that does not fit
    :raises ReferenceTaken: if the reference belongs to a borrower of another name or kind
    """
    require(actor, Permission.BORROWER_EDIT)
    numbers = {"id_number": id_number, "phone": phone, "bank_card": bank_card}
    _check(kind=kind, reference=reference, name=name, name_zh=name_zh, numbers=numbers)
    borrower = Borrower(kind=kind, reference=reference, name=name, name_zh=name_zh, created_at=at)
    borrower.set_numbers(numbers)
    # One statement that two simultaneous registrations survive; the loser reads the winner's.
    Borrower.objects.bulk_create([borrower], ignore_conflicts=True)
    stored = Borrower.objects.get(reference=reference)
    if (stored.kind, stored.name) != (kind, name):
        raise ReferenceTaken(
            gettext_lazy("Reference %(reference)s belongs to another borrower")
            % {"reference": reference}
        )
    if stored.pk == borrower.pk:
        audit.record(
            actor=actor,
            at=at,
            action="borrower.register",
            subject=stored,
            changes={"reference": reference, "kind": kind},
        )
    return stored


@room.atomic
def amend(
    *, actor: Actor, at: datetime, borrower_id: UUID, numbers: Mapping[str, str], reason: str
) -> Borrower:
    """
    Change personal numbers; the audit trail keeps them masked.

    :param numbers: id_number, phone or bank_card to their new values
    :raises NotFound: if there is no such borrower
    :raises Invalid: for another field, an overlong number or no reason
    """
    require(actor, Permission.BORROWER_EDIT)
    borrower = _locked(borrower_id)
    errors = _bad_numbers(numbers) + _bad_reason(reason)
    if errors:
        raise Invalid(gettext_lazy("The change does not fit"), errors=errors)
    changes = {
        field: [mask(getattr(borrower, field)), mask(value)] for field, value in numbers.items()
    }
    borrower.save(update_fields=borrower.set_numbers(numbers))
    audit.record(
        actor=actor,
        at=at,
        action="borrower.amend",
        subject=borrower,
        changes=changes,
        reason=reason,
    )
    return borrower


@room.atomic
def reveal(*, actor: Actor, at: datetime, borrower_id: UUID, field: str, reason: str) -> str:
    """
    Return one personal number in the clear, and note who saw it and why.

    :raises Forbidden: without the permission to unmask
    :raises NotFound: if there is no such borrower
    :raises Invalid: for another field or without a reason
    """
    require(actor, Permission.PII_UNMASK)
    borrower = Borrower.objects.filter(pk=borrower_id).first()
    if borrower is None:
        raise NotFound.of(gettext_lazy("Borrower"), borrower_id)
    errors = _bad_numbers({field: ""}) + _bad_reason(reason)
    if errors:
        raise Invalid(gettext_lazy("The number was not shown"), errors=errors)
    audit.record(
        actor=actor,
        at=at,
        action="borrower.reveal",
        subject=borrower,
        changes={"field": field},
        reason=reason,
    )
    value: str = getattr(borrower, field)
    return value


def _locked(borrower_id: UUID) -> Borrower:
    borrower = Borrower.objects.for_update().filter(pk=borrower_id).first()
    if borrower is None:
        raise NotFound.of(gettext_lazy("Borrower"), borrower_id)
    return borrower


def _check(
    *, kind: str, reference: str, name: str, name_zh: str, numbers: Mapping[str, str]
) -> None:
    errors = _bad_numbers(numbers)
    if kind not in BorrowerKind.values:
        errors.append(FieldError("/kind", kind[:40], ", ".join(BorrowerKind.values)))
    for pointer, value, least, most in (
        ("/reference", reference, 1, REFERENCE_CHARACTERS),
        ("/name", name, 1, NAME_CHARACTERS),
        ("/name_zh", name_zh, 0, NAME_CHARACTERS),
    ):
        if not least <= len(value) <= most or not is_storable(value):
            expected = _("%(least)d to %(most)d characters") % {"least": least, "most": most}
            errors.append(FieldError(pointer, ascii(value)[:40], expected))
    if errors:
        raise Invalid(gettext_lazy("The borrower does not fit"), errors=errors)


def _bad_numbers(numbers: Mapping[str, str]) -> list[FieldError]:
    """An error never repeats the number itself: refusals are logged."""
    expected = _("at most %d letters, digits, spaces and hyphens") % NUMBER_CHARACTERS
    return [
        FieldError(f"/{field[:40]}", mask(value)[:NUMBER_CHARACTERS], expected)
        for field, value in numbers.items()
        if field not in Borrower.PERSONAL_NUMBERS
        or len(value) > NUMBER_CHARACTERS
        or not all(character.isalnum() or character in " -+" for character in value)
    ]


def _bad_reason(reason: str) -> list[FieldError]:
    return [] if reason.strip() else [FieldError("/reason", "", _("why, in words"))]
