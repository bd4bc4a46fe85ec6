"""A household applies: what was assessed becomes evidence, and its harvests the due dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.actions import borrowers, intake
from lending.models import Application, Borrower, BorrowerKind, ProductVersion
from lending.rules.calendar import add_months
from rural.actions import programmes
from rural.models import Assessment, Household
from rural.queries import package
from rural.rules import capacity, due_dates
from rural.rules.capacity import Verdict
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import FieldError, NotFound, Refusal
from tenancy.permissions import Permission, require

CHANNEL = "rural"


class NotLendable(Refusal):
    """The assessment says not to lend; its verdict is in the message."""

    code = "capacity_declined"


class AboveCapacity(Refusal):
    """More is asked for than the assessment allows, or less than keeps cash above zero."""

    code = "capacity_exceeded"
    status = 422


class AssessmentOutdated(Refusal):
    """The household's record has changed since, or too much time has passed: assess again."""

    code = "assessment_outdated"


@room.atomic
def apply(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    assessment_id: UUID,
    amount: Decimal,
    purpose: str,
    opinion: str,
) -> Application:
    """
    Submit an assessed household's application with the due dates of its harvests.

    At its first application the household's head becomes a borrower, whose reference is the
    household's code; his ID number and telephone go with him, encrypted, and nowhere else.

    :param amount: up to the assessment's limit
    :param opinion: the officer's recommendation, in words
    :raises NotFound: if there is no such assessment
    :raises NotLendable: if its verdict is not to lend
    :raises AssessmentOutdated: if the household's record has changed since, or it is too old
    :raises ProgrammeRefused: naming the county programme's rule and its source
    :raises AboveCapacity: naming the amounts that the assessment allows
    :raises Invalid: naming every field that does not fit; see `lending.actions.intake.submit`
    """
    require(actor, Permission.APPLICATION_SUBMIT)
    assessed = (
        Assessment.objects.select_related("household__village", "policy")
        .filter(pk=assessment_id)
        .first()
    )
    if assessed is None:
        raise NotFound.of(_("Assessment"), assessment_id)
    household = Household.objects.for_update().get(pk=assessed.household_id)
    _require_programme(assessed, household, amount, on)
    _require_lendable(assessed, household, amount, on)
    version = ProductVersion.objects.on_offer(assessed.product_code, on).first()
    borrower = _as_borrower(actor=actor, at=at, household=household)
    case = capacity.read(assessed.case)
    found = capacity.read_result(assessed.result)
    days = due_dates.dates(found.dues, case.start, assessed.policy.policy.due_day)
    return intake.submit(
        actor=actor,
        at=at,
        on=on,
        borrower_reference=borrower.reference,
        product_code=assessed.product_code,
        amount=amount,
        currency="" if version is None else version.currency,
        term=_months(on, days[-1]),
        purpose=purpose,
        evidence=package.evidence(
            assessed, {"amount": f"{amount:f}", "opinion": opinion.strip(), "by": actor.name}
        ),
        channel=CHANNEL,
        plan={
            "due_dates": [day.isoformat() for day in days],
            "shares": [f"{due.share:f}" for due in found.dues],
        },
    )


def _require_programme(
    assessed: Assessment, household: Household, amount: Decimal, on: date
) -> None:
    """The county's word of today, not of the day of the assessment: it may have switched off."""
    asked = amount if amount.is_finite() else None
    programmes.require_open(household, assessed.product_code, amount=asked, on=on)


def _require_lendable(
    assessed: Assessment, household: Household, amount: Decimal, on: date
) -> None:
    if assessed.verdict != Verdict.LEND:
        raise NotLendable(
            _("The assessment says: %(verdict)s") % {"verdict": assessed.get_verdict_display()}
        )
    good_until = assessed.business_date + timedelta(days=assessed.policy.policy.valid_days)
    if household.version != assessed.household_version or on > good_until:
        raise AssessmentOutdated(
            _("The assessment of %(household)s is out of date; assess again")
            % {"household": household.code}
        )
    low = Decimal(assessed.result["feasible_from"])
    if not amount.is_finite() or not low <= amount <= assessed.limit:
        expected = f"{low:,.0f} – {assessed.limit:,.0f}"
        raise AboveCapacity(
            _("The assessment allows %(range)s") % {"range": expected},
            errors=[FieldError("/amount", str(amount)[:40], expected)],
        )


def _months(on: date, until: date) -> int:
    """Return the whole months that cover the days from one date to another."""
    months = (until.year - on.year) * 12 + until.month - on.month
    return months + 1 if until > add_months(on, months) else months


def _as_borrower(*, actor: Actor, at: datetime, household: Household) -> Borrower:
    if household.borrower is not None:
        return household.borrower
    borrower = borrowers.register(
        actor=actor,
        at=at,
        kind=BorrowerKind.PERSON,
        reference=household.code,
        name=household.head_name,
        name_zh=household.head_name,
        id_number=household.id_number,
        phone=household.phone,
    )
    household.borrower = borrower
    household.save(update_fields=["borrower"])
    return borrower
