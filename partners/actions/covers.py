"""Guarantee cover: how much there is, how near its cap it is, and no more where it is above."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from partners.models import AgreementVersion, GuaranteeCover, Participation
from partners.rules.cover import Cover, measure
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.models import AuditEvent
from tenancy.permissions import Permission, require

ZERO = Decimal(0)
WATCHED = "cover.watch"


class CoverCapBreached(Refusal):
    """The cover would be above its cap; claims that stand are not touched."""

    code = "cover_cap_breached"


def standing(version: AgreementVersion, *, adding: Decimal = ZERO) -> Cover:
    """Hold the agreement's cover against what is outstanding of the loans under it."""
    given = GuaranteeCover.objects.filter(agreement=version.agreement).aggregate(all=Sum("amount"))
    loans = Participation.objects.filter(version__agreement=version.agreement)
    owed = loans.aggregate(all=Sum("loan__position__principal"))["all"] or ZERO
    return measure(
        (given["all"] or ZERO) + adding,
        owed,
        cap_bp=version.guarantee_cap_bp,
        alerts_bp=version.guarantee_alerts_bp,
    )


@room.atomic
def give(
    *, actor: Actor, at: datetime, on: date, version_id: UUID, amount: Decimal, form: str
) -> GuaranteeCover:
    """
    Add cover under an agreement, and tell whoever listens how near the cap it is.

    :param form: cash, a lien-marked deposit, a bank guarantee
    :raises NotFound: if there is no such agreement version
    :raises CoverCapBreached: naming the ratio that it would come to
    """
    require(actor, Permission.AGREEMENT_EDIT)
    version = AgreementVersion.objects.for_update().filter(pk=version_id).first()
    if version is None:
        raise NotFound.of(_("Agreement version"), version_id)
    cover = standing(version, adding=amount)
    if cover.is_breached:
        raise CoverCapBreached(_("The cover would come to %s %% of the loans") % cover.percent)
    given = GuaranteeCover.objects.create(
        agreement=version.agreement, amount=amount, on=on, form=form[:80]
    )
    audit.record(
        actor=actor,
        at=at,
        action="cover.give",
        subject=version,
        changes={"amount": str(amount), "percent": str(cover.percent)},
    )
    alert(version, at=at)
    return given


@room.atomic
def watch(*, at: datetime) -> int:
    """
    Tell where cover has grown to another mark by itself, because loans were paid down.

    Each mark is told once, until the ratio has changed again. Return how many were told.
    """
    told = 0
    covered = GuaranteeCover.objects.values("agreement_id")
    versions = AgreementVersion.objects.filter(agreement_id__in=covered)
    latest = versions.order_by("agreement_id", "-number").distinct("agreement_id")
    for version in AgreementVersion.objects.filter(pk__in=[each.pk for each in latest]):
        cover = standing(version)
        mark = f"{max(cover.alerts_bp, default=0)}{' breached' if cover.is_breached else ''}"
        said = AuditEvent.objects.filter(
            action=WATCHED, subject_type=version._meta.label_lower, subject_id=str(version.pk)
        )
        last = said.order_by("at", "id").last()
        if mark == (last.changes["mark"] if last else "0"):
            continue
        audit.record(
            actor=Actor.system("cover"),
            at=at,
            action=WATCHED,
            subject=version,
            changes={"mark": mark, "percent": str(cover.percent)},
        )
        alert(version, at=at)
        told += 1
    return told


def alert(version: AgreementVersion, *, at: datetime) -> Cover:
    """Tell whoever listens where an agreement's cover has reached an alert, or its cap."""
    cover = standing(version)
    if cover.alerts_bp or cover.is_breached:
        payload = {
            "agreement": version.agreement.code,
            "percent": str(cover.percent),
            "alert_bp": max(cover.alerts_bp, default=0),
            "is_breached": cover.is_breached,
        }
        outbox.notify(topic="guarantee.alert", payload=payload, at=at)
    return cover
