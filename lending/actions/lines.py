"""Credit lines: opened by an accepted offer, drawn from within their headroom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ledger.rules.money import exponent
from lending.actions import disbursement, plans, pricing
from lending.models import CreditLine, Funding, LineStatus, Loan, Offer
from lending.queries import exposure
from lending.rules.calendar import add_months
from lending.rules.numbers import human_number
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.ids import uuid7
from tenancy.permissions import Permission, require


class LineNotOpen(Refusal):
    """The line is frozen or closed."""

    code = "line_not_open"


class LineEnded(Refusal):
    """The last day to draw has passed."""

    code = "line_ended"


class HeadroomExceeded(Refusal):
    """The draw is larger than what is left of the limit."""

    code = "line_headroom_exceeded"


class BorrowerInArrears(Refusal):
    """Nothing is paid out to a borrower who is overdue on another loan."""

    code = "borrower_in_arrears"


def open_for(offer: Offer, *, on: date) -> CreditLine:
    """Open the line of an offer that was just accepted; the caller holds the application."""
    key = uuid7()
    return CreditLine.objects.create(
        id=key,
        number=human_number("C", on, key),
        borrower=offer.application.borrower,
        application=offer.application,
        offer=offer,
        version=offer.version,
        limit=offer.amount,
        currency=offer.currency,
        annual_rate=offer.annual_rate,
        term=offer.term,
        plan=offer.plan,
        opened_on=on,
        ends_on=add_months(on, offer.version.line_months),
    )


@room.atomic
def draw(
    *, actor: Actor, at: datetime, on: date, line_id: UUID, amount: Decimal, key: str
) -> Loan:
    """
    Ask for money from a line: a PENDING loan and the payment order that will make it ACTIVE.

    Where a partner bank lends along there is no payment order yet: `disbursement.release` makes
    it when all the money is there.

    Repeating a key with the same amount returns the loan already asked for.

    :raises Invalid: for an amount that is not positive, too small or too finely divided, or if
        the first date of the repayment plan has passed
    :raises LineNotOpen: if the line is frozen or closed
    :raises LineEnded: after its last day
    :raises HeadroomExceeded: naming what is left
    :raises BorrowerInArrears: if the borrower is overdue on any loan
    :raises KeyTakenByAnotherLoan: if the key belongs to another line or amount
    :raises CostAboveCap: if the draw's all-in cost breaks a rule in force on the day
    """
    require(actor, Permission.LINE_DRAW)
    line = locked(line_id)
    again = Loan.objects.filter(key=key).first()
    if again is not None:
        return _repeated(again, line=line, amount=amount)
    _require_drawable(line, on)
    _require_fitting(line, amount)
    plans.require(line.version, line.plan, on=on)
    terms = line.version.terms(
        principal=amount,
        annual_rate=line.annual_rate,
        term=line.term,
        starts_on=on,
        plan=line.plan,
    )
    pricing.require_within_caps(terms, on=on)
    return disbursement.request(
        line=line,
        borrower=line.borrower,
        version=line.version,
        terms=terms,
        amount=amount,
        on=on,
        at=at,
        actor=actor,
        key=key,
        is_held=line.version.funding == Funding.PARTNER,
    )


@room.atomic
def freeze(*, actor: Actor, at: datetime, line_id: UUID, reason: str) -> CreditLine:
    """
    Stop further draws; loans already drawn go on.

    :raises LineNotOpen: if the line is closed
    """
    return _move(actor=actor, at=at, line_id=line_id, status=LineStatus.FROZEN, reason=reason)


@room.atomic
def thaw(*, actor: Actor, at: datetime, line_id: UUID, reason: str) -> CreditLine:
    """
    Allow draws again.

    :raises LineNotOpen: if the line is closed
    """
    return _move(actor=actor, at=at, line_id=line_id, status=LineStatus.OPEN, reason=reason)


@room.atomic
def close(*, actor: Actor, at: datetime, line_id: UUID, reason: str) -> CreditLine:
    """End a line for good; loans already drawn go on. Repeating it changes nothing."""
    return _move(actor=actor, at=at, line_id=line_id, status=LineStatus.CLOSED, reason=reason)


def locked(line_id: UUID) -> CreditLine:
    """
    Return the line under its row lock, so that nobody else can use its headroom meanwhile.

    :raises NotFound: if there is no such line in the room
    """
    line = (
        CreditLine.objects.for_update()
        .select_related("version__product", "borrower")
        .filter(pk=line_id)
        .first()
    )
    if line is None:
        raise NotFound.of(_("Credit line"), line_id)
    return line


def _move(
    *, actor: Actor, at: datetime, line_id: UUID, status: LineStatus, reason: str
) -> CreditLine:
    require(actor, Permission.APPLICATION_DECIDE)
    line = locked(line_id)
    if line.status == status:
        return line
    if line.status == LineStatus.CLOSED:
        raise _not_open(line)
    before = line.status
    line.move_to(status)
    audit.record(
        actor=actor,
        at=at,
        action="line.move",
        subject=line,
        changes={"status": [before, status.value]},
        reason=reason,
    )
    return line


def _require_drawable(line: CreditLine, on: date) -> None:
    if line.status != LineStatus.OPEN:
        raise _not_open(line)
    if line.has_ended(on):
        raise LineEnded(
            _("%(number)s could be drawn until %(until)s")
            % {"number": line.number, "until": line.ends_on.isoformat()}
        )
    if exposure.is_in_arrears(line.borrower_id):
        raise BorrowerInArrears(_("The borrower is overdue on a loan; settle it first"))


def _require_fitting(line: CreditLine, amount: Decimal) -> None:
    headroom = exposure.headroom(line)
    # Paid out in full, once: the whole limit is the only amount that fits.
    least = line.version.min_draw if line.version.redraws else line.limit
    numbers = _plain(least=least, headroom=headroom, limit=line.limit)
    # NaN compares with nothing and must not get through: hence "not at least".
    if not amount.is_finite() or not amount >= min(least, line.limit) or amount <= 0:
        expected = str(_("at least %(least)s") % numbers)
    elif amount != round(amount, exponent(line.currency)):
        expected = str(_("at most %d decimal places") % exponent(line.currency))
    elif amount > headroom:
        raise HeadroomExceeded(
            _("%(headroom)s of the limit of %(limit)s is left") % numbers,
            errors=[FieldError("/amount", str(amount)[:40], numbers["headroom"])],
        )
    else:
        return
    raise Invalid(
        _("This amount cannot be drawn"),
        errors=[FieldError("/amount", str(amount)[:40], expected)],
    )


def _repeated(loan: Loan, *, line: CreditLine, amount: Decimal) -> Loan:
    if (loan.line_id, loan.principal) != (line.pk, amount):
        raise disbursement.KeyTakenByAnotherLoan(_("This key was used for another draw"))
    return loan


def _not_open(line: CreditLine) -> LineNotOpen:
    return LineNotOpen(
        _("%(number)s is not open: %(status)s")
        % {"number": line.number, "status": line.get_status_display()}
    )


def _plain(**amounts: Decimal) -> Mapping[str, str]:
    return {name: f"{amount.normalize():f}" for name, amount in amounts.items()}
