"""An application taken in hand: locked, with the refusal and the news that every verb shares."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lending.models import Application, Offer, OfferStatus
from lending.rules.stages import Stage, may_move
from tenancy.actions import outbox
from tenancy.errors import NotFound, Refusal

# What clients subscribe to. Stages that are passed through within seconds are no news.
TOPICS = {
    Stage.APPROVED: "application.decided",
    Stage.DECLINED: "application.decided",
    Stage.FUNDING: "application.funding",
    Stage.REFERRED: "application.referred",
    Stage.ACCEPTED: "offer.accepted",
    Stage.WITHDRAWN: "application.withdrawn",
    Stage.EXPIRED: "offer.expired",
}


class WrongStage(Refusal):
    """The application is past the stage, or not yet at it, in which this can be done."""

    code = "application_stage"


def locked(application_id: UUID) -> Application:
    """
    Return the application under its row lock, with what every verb needs of it.

    :raises NotFound: if there is no such application in the room
    """
    application = (
        Application.objects.for_update()
        .select_related("version__product", "borrower")
        .filter(pk=application_id)
        .first()
    )
    if application is None:
        raise NotFound.of(_("Application"), application_id)
    return application


def require_way(application: Application, stage: Stage) -> None:
    """
    Let the application pass on to a stage, or refuse.

    :raises WrongStage: naming where the application stands
    """
    if not may_move(Stage(application.stage), stage):
        raise wrong_stage(application)


def wrong_stage(application: Application) -> WrongStage:
    """Return the refusal that names the application and where it stands."""
    return WrongStage(
        _("%(number)s is in stage “%(stage)s”")
        % {"number": application.number, "stage": application.get_stage_display()}
    )


def open_offer(application: Application) -> Offer | None:
    """Return the offer that stands, if one does."""
    return Offer.objects.filter(application=application, status=OfferStatus.OPEN).first()


def tell(application: Application, *, at: datetime, offer: Offer | None = None) -> None:
    """Let the subscribed clients know where the application now stands, under its topic."""
    payload = {
        "id": str(application.pk),
        "number": application.number,
        "stage": application.stage,
        "reasons": application.reasons,
        "offer_id": str(offer.pk) if offer else None,
    }
    outbox.notify(topic=TOPICS[Stage(application.stage)], payload=payload, at=at)
