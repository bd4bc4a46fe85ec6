"""What happens because time passes: offers run out, breached service levels are told."""

from __future__ import annotations

from datetime import datetime

from lending.actions import desk, funding
from lending.models import Application, Offer, OfferStatus
from lending.rules.stages import WAITING_FOR_BORROWER, Stage
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.permissions import Permission, require

# Small enough that a person who wants one of these rows waits for milliseconds.
BATCH = 200


@room.atomic
def expire(*, actor: Actor, at: datetime) -> int:
    """
    Expire what its borrower let lie: offers past their moment, papers never supplied.

    Return how many were expired, a batch at the most; call again until it is 0. Rows that
    somebody holds are left for the next time.
    """
    require(actor, Permission.APPLICATION_ASSESS)
    lapsed = list(
        Application.objects.in_stage(*WAITING_FOR_BORROWER)
        .filter(stage_due_at__lte=at)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("version")
        .defer("evidence")
        .order_by("stage_due_at", "id")[:BATCH]
    )
    offers = Offer.objects.filter(application__in=lapsed, status=OfferStatus.OPEN)
    by_application = {offer.application_id: offer for offer in offers}
    for application in lapsed:
        offer = by_application.get(application.pk)
        if offer is not None:
            offer.settle(OfferStatus.EXPIRED, at=at)
        funding.tell_withdrawn(application)
        application.move_to(Stage.EXPIRED, at=at, actor=actor)
        audit.record(actor=actor, at=at, action="application.expire", subject=application)
        desk.tell(application, at=at)
    return len(lapsed)


@room.atomic
def tell_breaches(*, actor: Actor, at: datetime) -> int:
    """
    Tell, once per stage, that an application should have left it; return how many, as `expire`.

    Our clock stands still while a borrower or a partner bank has to act: the bank's own clock is
    its placement's, and runs out there.

    One that still waits to be decided is sent again, because its message may have died with a
    bug that is mended by now; the decision itself is only ever made once.
    """
    require(actor, Permission.APPLICATION_ASSESS)
    late = list(
        Application.objects.overdue(at)
        .exclude(stage__in=WAITING_FOR_BORROWER)
        .filter(breach_told_at__isnull=True)
        .defer("evidence")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("stage_due_at", "id")[:BATCH]
    )
    for application in late:
        application.breach_told_at = at
        audit.record(
            actor=actor,
            at=at,
            action="application.breach",
            subject=application,
            changes={"stage": application.stage, "number": application.number},
        )
        outbox.notify(topic="application.late", payload=_news(application), at=at)
        if application.stage == Stage.SUBMITTED:
            outbox.enqueue("lending.decide", application_id=str(application.pk))
    Application.objects.bulk_update(late, ["breach_told_at"])
    return len(late)


def _news(application: Application) -> dict[str, str]:
    return {
        "id": str(application.pk),
        "number": application.number,
        "stage": application.stage,
        "since": application.stage_since.isoformat(),
    }
