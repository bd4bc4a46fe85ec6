"""
Choosing a bank for an application that we approved: one after another, each with its reasons.

Whoever is chosen gets the application at once, with its quota reserved. What nobody takes falls
to our own book where an agreement says so, else it ends without a funder.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from lending.actions import desk, funding
from lending.models import Application
from lending.rules.numbers import human_number
from lending.rules.stages import Stage
from partners.actions import placements, reservations
from partners.models import (
    Placement,
    PlacementEvent,
    Routing,
    RoutingCandidate,
    RoutingOutcome,
)
from partners.queries import matching
from partners.queries.matching import Field
from partners.queries.wanted import as_json, wanted
from partners.rules.placing import LIVE
from partners.rules.reasons import Reason
from partners.rules.routing import Candidate, Judged, Wanted, judge, quota_reasons, ranked
from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tenancy.permissions import Permission, require
from tenancy.wording import Sentence, as_text

# A bank that is closed may open; look again then, at the latest after so long.
LONGEST_WAIT = timedelta(hours=24)
# As many as the step of an application has room for.
REASON_CHARACTERS = 500
_NO_AGREEMENT = gettext_noop("no agreement in force")


@room.atomic
def route(
    *, actor: Actor, at: datetime, on: date, application_id: UUID, seed: str = ""
) -> Routing | None:
    """
    Ask the next bank, or say why there is none; None if there is nothing to route.

    Delivered twice it places once: an application stands before one bank at a time.

    :param seed: breaks ties; the application's and round's own without one
    :raises NotFound: if there is no such application
    """
    require(actor, Permission.ROUTING_RUN)
    application = desk.locked(application_id)
    if application.stage != Stage.FUNDING:
        return None
    past = matching.past_of(application)
    if any(each.application_id == application.pk and each.status in LIVE for each in past):
        return None
    tenant = Tenant.objects.get(pk=room.current())
    what = wanted(application, at=at, on=on, zone=tenant.zone)
    field = matching.field_of(application, what, past=past, at=at, on=on, zone=tenant.zone)
    round_number = Routing.objects.filter(application=application).count() + 1
    seed = seed or f"{application.pk}:{round_number}"
    judged = judge(what, field.candidates)
    order, judged = _with_quota(what, ranked(judged, seed), judged, field, on=on, at=at)
    outcome = _outcome(order, judged)
    routing = Routing.objects.create(
        application=application,
        round=round_number,
        outcome=outcome,
        chosen=field.versions[order[0].key] if order and outcome in _FOUND else None,
        request=as_json(what),
        seed=seed[:64],
        routed_on=on,
        routed_at=at,
    )
    _keep(routing, judged, order, field)
    _follow(routing, order, field, what, actor=actor, at=at, on=on)
    audit.record(
        actor=actor,
        at=at,
        action="application.route",
        subject=application,
        changes={"round": round_number, "outcome": outcome.value, "chosen": str(routing.chosen)},
    )
    return routing


_FOUND = (RoutingOutcome.PLACED, RoutingOutcome.OWN)


def _outcome(order: list[Candidate], judged: tuple[Judged, ...]) -> RoutingOutcome:
    """A bank; else one that lacks the borrower's word, or is closed just now; else our own."""
    if order and not order[0].is_own:
        return RoutingOutcome.PLACED
    if any(each.lacks_consent_only for each in judged):
        return RoutingOutcome.CONSENT
    if any(each.is_closed_only for each in judged):
        return RoutingOutcome.WAIT
    return RoutingOutcome.OWN if order else RoutingOutcome.NONE


def _with_quota(
    what: Wanted,
    order: list[Candidate],
    judged: tuple[Judged, ...],
    field: Field,
    *,
    on: date,
    at: datetime,
) -> tuple[list[Candidate], tuple[Judged, ...]]:
    """
    Look at the quotas once more under their locks, and drop who has too little left meanwhile.

    All that might be drawn on are locked at once, in the order of their keys: locking the next
    bank's after the first one's failed could wait in a circle.
    """
    reservations.locked([quota for each in order for quota in field.quotas[each.key]])
    short: dict[str, tuple[Reason, ...]] = {}
    for candidate in order:
        quotas = field.quotas[candidate.key]
        left = matching.left_of(quotas, on=on, at=at)
        reasons = tuple(quota_reasons(what.amount, left))
        if not reasons:
            break
        short[candidate.key] = reasons
    if not short:
        return order, judged
    return (
        [each for each in order if each.key not in short],
        tuple(
            Judged(each.candidate, short.get(each.candidate.key, each.reasons)) for each in judged
        ),
    )


def _keep(
    routing: Routing, judged: tuple[Judged, ...], order: list[Candidate], field: Field
) -> None:
    places = {candidate.key: number for number, candidate in enumerate(order, start=1)}
    chosen = routing.chosen_id
    RoutingCandidate.objects.bulk_create(
        RoutingCandidate(
            routing=routing,
            version=field.versions[each.candidate.key],
            passed=each.passed,
            place=places.get(each.candidate.key),
            is_chosen=chosen is not None and str(chosen) == each.candidate.key,
            reasons=[reason.to_json() for reason in each.reasons],
            capacity=each.candidate.capacity,
        )
        for each in judged
    )


def _follow(
    routing: Routing,
    order: list[Candidate],
    field: Field,
    what: Wanted,
    *,
    actor: Actor,
    at: datetime,
    on: date,
) -> None:
    """Do what the round came to."""
    application = routing.application
    if routing.outcome == RoutingOutcome.PLACED:
        _place(routing, order[0], field, what, actor=actor, at=at, on=on)
    elif routing.outcome == RoutingOutcome.OWN:
        funding.offer(
            actor=actor,
            at=at,
            on=on,
            application_id=application.pk,
            amount=what.amount,
            annual_rate=what.annual_rate,
            term=what.term,
            funder="",
        )
    elif routing.outcome == RoutingOutcome.WAIT:
        outbox.enqueue(
            "partners.route",
            countdown_seconds=_seconds_until_open(field, what),
            application_id=str(application.pk),
        )
    elif routing.outcome == RoutingOutcome.NONE:
        funding.unfunded(
            actor=actor, at=at, application_id=application.pk, reason=_summary(routing)
        )


def _place(
    routing: Routing,
    candidate: Candidate,
    field: Field,
    what: Wanted,
    *,
    actor: Actor,
    at: datetime,
    on: date,
) -> None:
    application: Application = routing.application
    version = field.versions[candidate.key]
    key = uuid7()
    expires_at = at + timedelta(minutes=version.reservation_minutes)
    placement = Placement(
        id=key,
        number=human_number("B", on, key),
        application=application,
        routing=routing,
        bank=version.agreement.bank,
        version=version,
        amount=what.amount,
        currency=what.currency,
        annual_rate=what.annual_rate,
        term=what.term,
        term_unit=what.term_unit,
        bank_ratio_bp=version.bank_ratio_bp,
        routed_at=at,
        expires_at=expires_at,
    )
    placement.save(force_insert=True)
    PlacementEvent.write(placement, None, at=at, actor=actor, reason="", facts={})
    quotas = field.quotas[candidate.key]
    reservations.reserve(placement, quotas, on=on, at=at, expires_at=expires_at)
    placements.submit(placement, actor=actor, at=at)
    placements.record(
        placement,
        "placement.submit",
        actor=actor,
        at=at,
        changes={"bank": candidate.bank, "amount": str(what.amount)},
    )


def _seconds_until_open(field: Field, what: Wanted) -> float:
    """Return how long the first closed bank stays closed, by the clock on the lender's wall."""
    now = what.local_time.hour * 3600 + what.local_time.minute * 60 + what.local_time.second
    waits = [
        (each.opens_at.hour * 3600 + each.opens_at.minute * 60 - now) % (24 * 3600)
        for each in field.candidates
        if each.opens_at is not None
    ]
    return float(min([*waits, int(LONGEST_WAIT.total_seconds())]) or 60)


def _summary(routing: Routing) -> str:
    """
    Return which agreements were looked at and what stood against each, in both languages.

    Where there is no room for the words, the codes of the reasons stand for them.
    """
    rows = RoutingCandidate.objects.filter(routing=routing).select_related("version__agreement")
    against = [(row.version.agreement.code, row.reasons) for row in rows.order_by("pk")]
    if not against:
        return Sentence(_NO_AGREEMENT).kept_text()
    words = {
        language: "; ".join(
            f"{code}: {', '.join(reason['text'][language] for reason in reasons)}"
            for code, reasons in against
        )
        for language in ("en", "zh")
    }
    told = as_text(words)
    if len(told) <= REASON_CHARACTERS:
        return told
    codes = [f"{code}: {', '.join(each['code'] for each in reasons)}" for code, reasons in against]
    return "; ".join(codes)[:REASON_CHARACTERS]
