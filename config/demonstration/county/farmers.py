"""Farmers are visited, assessed and apply; people of the house decide, and ask for their word."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from config.demonstration.county import banks, cast
from config.demonstration.county.banks import stage_of
from config.demonstration.waiting import wait_for
from lending.actions import applications as desk
from lending.models import Application
from lending.rules.stages import Stage
from partners.actions import consents
from partners.models import Routing
from rural.actions import applications, assessment, generation
from rural.actions.assessment import CommentMissing
from rural.models import Assessment, Household
from rural.rules.capacity import Verdict
from tenancy import room
from tenancy.actors import Actor

Tell = Callable[[int], object]

HOUSEHOLDS = 16
SEED = 20260525
GRADES = ("AAA", "AA", "AA", "A")
# The last ones wait for the visitor to decide, and one more for its farmer's word.
LEFT_TO_DECIDE = 3
CONSENT_TEXT = "金禾县农村信贷 征信与信息共享授权书 2026-1"
_STEP = Decimal(100)
# A farmer does not take all that he could: 60 % to all of it, by turns.
_PARTS = (Decimal("1"), Decimal("0.8"), Decimal("0.6"))
_PURPOSES = ("玉米种子与化肥 Seed and fertiliser", "农机作业 Machine work", "灌溉 Irrigation")


def noon(day: date) -> datetime:
    """Return the moment of a business date at which people of the story work."""
    return datetime.combine(day, time(4), tzinfo=UTC)


def visit(on: date, tell: Tell) -> None:
    """Send in every household's forms, as an officer's phone would; again is harmless."""
    with room.enter(room.current()):
        if Household.objects.count() >= HOUSEHOLDS:
            return
        officer = cast.actor_of(cast.OFFICER)
    generation.generate(
        actor=officer,
        at=noon(on),
        on=on,
        county=cast.COUNTY.code,
        count=HOUSEHOLDS,
        seed=SEED,
        colleague="jinhe-officer-2",
        told=lambda _household: tell(1),
    )


def apply(on: date, tell: Tell) -> list[UUID]:
    """
    Assess each household and apply for those that may be lent to; wait until a person is asked.

    :return: the applications, in the order of their households
    """
    with room.enter(room.current()):
        officer = cast.actor_of(cast.OFFICER)
        households = list(Household.objects.order_by("pk"))
    made = []
    for number, household in enumerate(households):
        key = _apply(officer, household, number, on)
        made += [] if key is None else [key]
        tell(1)
    for key in made:
        wait_for(lambda key=key: stage_of(key) != Stage.SUBMITTED, f"the decision on {key}")  # type: ignore[misc]
    return made


def approved(keys: Sequence[UUID]) -> Sequence[UUID]:
    """Return those that the house approves: all but the last ones."""
    return keys[: len(keys) - LEFT_TO_DECIDE]


def decide(keys: Sequence[UUID], on: date, tell: Tell) -> None:
    """
    Take each farmer's word on both banks and approve him, one after the other.

    The last one has not said yet whether the banks may see him.
    """
    for number, key in enumerate(keys, 1):
        if stage_of(key) == Stage.REFERRED:
            with room.enter(room.current()):
                _approve(key, on, with_consent=number < len(keys))
            # One by one, so that quotas are used up in the same order every time.
            wait_for(lambda key=key: _is_routed(key), f"the routing of {key}")  # type: ignore[misc]
            if number - 1 in {banks.COUNTERED, banks.DECLINED}:
                # What these answers give back of a quota is there for the next one, or is not.
                banks.await_answer(key)
        tell(1)


def _approve(key: UUID, on: date, *, with_consent: bool) -> None:
    if with_consent:
        _ask(Application.objects.get(pk=key))
    desk.approve(
        actor=cast.actor_of(cast.SUPERVISOR),
        at=timezone.now(),
        on=on,
        application_id=key,
        reason="两名信贷员入户调查 Two officers have visited",
    )


def _is_routed(key: UUID) -> bool:
    with room.enter(room.current()):
        return Routing.objects.filter(application=key).exists()


def _apply(officer: Actor, household: Household, number: int, on: date) -> UUID | None:
    with room.enter(room.current()):
        known = Application.objects.filter(borrower=household.borrower_id).first()
        held = Assessment.objects.filter(household=household).first()
    if known is not None:
        return known.pk
    assessed = held or _assess(officer, household, number, on)
    if assessed.verdict != Verdict.LEND:
        return None
    wanted = assessed.limit * _PARTS[number % len(_PARTS)] // _STEP * _STEP
    least = Decimal(assessed.result["feasible_from"])
    made = applications.apply(
        actor=officer,
        at=timezone.now(),
        on=on,
        assessment_id=assessed.pk,
        amount=max(wanted, least),
        purpose=_PURPOSES[number % len(_PURPOSES)],
        opinion="勤劳守信，收成稳定 Diligent, steady harvests",
    )
    return made.pk


def _assess(officer: Actor, household: Household, number: int, on: date) -> Assessment:
    """Assess, and again with a word on each figure that asks for one."""

    def tried(comments: dict[str, str]) -> Assessment:
        return assessment.assess(
            actor=officer,
            at=timezone.now(),
            on=on,
            household_id=household.pk,
            product_code=cast.PRODUCT,
            grade=GRADES[number % len(GRADES)],
            wages_verified=True,
            comments=comments,
        )

    try:
        return tried({})
    except CommentMissing as asked:
        keys = [error.pointer.removeprefix("/comments/") for error in asked.errors]
        return tried(dict.fromkeys(keys, "合成数据：高于基准 Invented: above the benchmark"))


def _ask(application: Application) -> None:
    for code, *_rest in cast.BANKS:
        consents.note(
            actor=cast.actor_of(cast.OFFICER),
            at=timezone.now(),
            application_id=application.pk,
            bank_code=code,
            is_given=True,
            expires_at=timezone.now() + timedelta(days=366),
            version="2026-1",
            text_hash=hashlib.sha256(CONSENT_TEXT.encode()).hexdigest(),
            channel="field",
        )
