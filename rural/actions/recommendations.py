"""From an accepted recommendation form to a lead, and on to the application that followed."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Application
from rural.models import (
    Lead,
    Opinion,
    Recommendation,
    Submission,
    VillagePartner,
)
from rural.models.village_rule import village_rule
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.fields import blind_index
from tenancy.permissions import Permission, require


@room.atomic
def take(*, actor: Actor, at: datetime, submission_id: UUID) -> Recommendation | None:
    """
    Make a recommendation, and its lead, of an accepted form F4; once, however often it is asked.

    None for a form of somebody who is no village partner: staff need not recommend.
    """
    require(actor, Permission.FIELD_SUBMIT)
    submission = Submission.objects.for_update().filter(pk=submission_id).first()
    if submission is None:
        raise NotFound.of(_("Submission"), submission_id)
    known: Recommendation | None = Recommendation.objects.filter(submission=submission).first()
    partner = VillagePartner.objects.of_user(submission.agent_id).first()
    if known is not None or partner is None or submission.village is None:
        return known
    answers = submission.answers
    years = answers.get("known_years")
    recommendation: Recommendation = Recommendation.objects.create(
        partner=partner,
        lead=_lead(partner, submission),
        submission=submission,
        relation=answers["relation"],
        opinion=answers["opinion"],
        known_years=Decimal(years) if years else None,
        reasons=list(answers.get("reasons", [])),
        purpose=answers.get("purpose_text") or answers.get("purpose", ""),
        asked_amount=Decimal(answers["asked_amount"]),
        made_at=submission.finalized_at or submission.received_at,
    )
    audit.record(
        actor=actor, at=at, action="recommendation.take", subject=recommendation,
        changes={"partner": partner.code, "flagged": recommendation.is_flagged},
    )  # fmt: skip
    return recommendation


@room.atomic
def link(*, actor: Actor, at: datetime, on: date) -> int:
    """
    Find the application that followed each recommendation; return how many were found.

    The first one of the lead's household after the recommendation and within the days of the
    rule `lead_valid_days`. Who advised against it brought nobody.
    """
    require(actor, Permission.VILLAGE_MANAGE)
    valid = timedelta(days=int(village_rule("lead_valid_days", on)))
    waiting = Recommendation.objects.for_update().filter(
        application__isnull=True,
        made_at__gte=at - valid,
        opinion=Opinion.RECOMMEND,
        lead__household__borrower__isnull=False,
    )
    found = 0
    for recommendation in waiting.select_related("lead__household"):
        taken = Recommendation.objects.filter(application__isnull=False)
        followed = (
            Application.objects.filter(
                borrower_id=recommendation.lead.household.borrower_id,
                submitted_at__gte=recommendation.made_at,
                submitted_at__lte=recommendation.made_at + valid,
            )
            .exclude(pk__in=taken.values("application_id"))
            .order_by("submitted_at", "pk")
            .first()
        )
        if followed is None:
            continue
        recommendation.application = followed
        recommendation.save(update_fields=["application"])
        audit.record(
            actor=actor, at=at, action="recommendation.link", subject=recommendation,
            changes={"application": followed.number},
        )  # fmt: skip
        found += 1
    return found


@room.atomic
def report_fraud(
    *, actor: Actor, at: datetime, recommendation_id: UUID, reason: str
) -> Recommendation:
    """
    Say that a recommendation was fraudulent: its loans earn nothing any more.

    :raises Invalid: without a reason
    """
    require(actor, Permission.VILLAGE_MANAGE)
    recommendation = Recommendation.objects.for_update().filter(pk=recommendation_id).first()
    if recommendation is None:
        raise NotFound.of(_("Recommendation"), recommendation_id)
    if not reason.strip():
        raise Invalid(
            gettext_lazy("A fraud needs to be described"),
            errors=[FieldError("/reason", reason, _("what was found"))],
        )
    if recommendation.fraud_found_at is None:
        recommendation.fraud_found_at, recommendation.fraud_reason = at, reason
        recommendation.save(update_fields=["fraud_found_at", "fraud_reason"])
        audit.record(
            actor=actor, at=at, action="recommendation.fraud", subject=recommendation,
            reason=reason,
        )  # fmt: skip
    return recommendation


def _lead(partner: VillagePartner, submission: Submission) -> Lead:
    """Return the partner's lead of this household, or of this telephone number, or a new one."""
    home, numbers = submission.household, json.loads(submission.numbers or "{}")
    phone = numbers.get("/new_phone", "")
    index = blind_index("phone", phone)
    leads = Lead.objects.for_update().filter(partner=partner)
    known: Lead | None = None
    if home is not None:
        known = leads.filter(household=home).first()
    elif index:
        known = leads.filter(phone_index=index).first()
    if known is not None:
        return known
    lead: Lead = Lead.objects.create(
        partner=partner,
        village=submission.village,
        household=home,
        name=home.head_name if home is not None else submission.answers["new_name"],
        phone=phone,
        phone_index=index,
        created_at=submission.received_at,
    )
    return lead
