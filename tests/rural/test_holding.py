"""A form that waits for its household: five days, then an officer says whose it is."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from rural.actions import conflicts, holding
from rural.models import (
    ConflictCase,
    ConflictKind,
    ConflictStatus,
    CropEnterprise,
    FormDefinition,
    Household,
    Submission,
    SubmissionStatus,
)
from rural.tasks import village as tasks
from tenancy.actors import Actor
from tenancy.errors import Invalid
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.rural import answers, build
from tests.rural.build import NOON, actor

SYSTEM = Actor.system("test")
FIVE_DAYS = timedelta(days=5)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.usefixtures("room")


@pytest.fixture
def officer() -> Actor:
    build.field_work()
    return build.person(Role.OFFICER)


@pytest.fixture
def held(officer: Actor) -> Submission:
    """A crop of a household that nobody has heard of, whole, held since noon."""
    return _held(officer, uuid4())


def _held(officer: Actor, household_id: UUID) -> Submission:
    form, files = build.sent("F2", answers.crop, subject=str(household_id))
    receipt = build.receive(form, officer)
    build.upload(files, officer)
    assert receipt.submission.status == SubmissionStatus.HELD
    return receipt.submission


def choose(household: str, reason: str = "Asked the farmer") -> ConflictCase:
    case = ConflictCase.objects.get(kind=ConflictKind.HELD_TOO_LONG)
    return conflicts.resolve(
        actor=actor(Role.SUPERVISOR), at=NOON + FIVE_DAYS, case_id=case.pk,
        choices={"household": household}, reason=reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "opened"),
    [(timedelta(0), 0), (FIVE_DAYS - SECOND, 0), (FIVE_DAYS, 1), (FIVE_DAYS + SECOND, 1)],
)
def test_it_waits_for_five_days(held: Submission, after: timedelta, opened: int) -> None:
    assert holding.escalate(actor=SYSTEM, at=NOON + after) == opened

    held.refresh_from_db()
    assert ConflictCase.objects.count() == opened
    assert held.status == (SubmissionStatus.CONFLICT if opened else SubmissionStatus.HELD)
    assert ("held_too_long" in held.flags) is bool(opened)


def test_repeating_opens_nothing_twice(held: Submission) -> None:
    assert [holding.escalate(actor=SYSTEM, at=NOON + FIVE_DAYS) for _ in range(2)] == [1, 0]
    assert ConflictCase.objects.get().opened_by == held.agent_name
    assert AuditEvent.objects.filter(action="submission.held_too_long").count() == 1


def test_nothing_of_it_counts_until_an_officer_says_whose_it_is(
    held: Submission, officer: Actor
) -> None:
    holding.escalate(actor=SYSTEM, at=NOON + FIVE_DAYS)
    assert not CropEnterprise.objects.exists()
    home = build.household(officer)

    case = choose(home.code)

    held.refresh_from_db()
    assert (case.status, case.resolution) == (ConflictStatus.RESOLVED, {"household": home.code})
    assert (held.status, held.household_id) == (SubmissionStatus.COMPLETE, home.pk)
    assert CropEnterprise.objects.get().household_id == home.pk


def test_what_is_about_nobody_is_rejected_and_kept(held: Submission) -> None:
    holding.escalate(actor=SYSTEM, at=NOON + FIVE_DAYS)

    choose("none")

    held.refresh_from_db()
    assert held.status == SubmissionStatus.REJECTED
    assert [error["pointer"] for error in held.errors] == ["/subject"]
    assert held.answers
    assert not CropEnterprise.objects.exists()


@pytest.mark.parametrize("said", ["H-UNKNOWN", "", "same"])
def test_a_code_of_no_household_is_refused(held: Submission, said: str) -> None:
    holding.escalate(actor=SYSTEM, at=NOON + FIVE_DAYS)

    with pytest.raises(Invalid) as refused, transaction.atomic():
        choose(said)

    assert [error.pointer for error in refused.value.errors] == ["/choices/household"]
    assert refused.value.errors[0].expected == "a household's code, or: none"


def test_if_the_household_comes_after_all_the_case_closes_by_itself(officer: Actor) -> None:
    first, _files = build.sent("F1", answers.household)
    held = _held(officer, first.root_uuid)
    holding.escalate(actor=SYSTEM, at=NOON + FIVE_DAYS)

    build.receive(first, officer, at=NOON + FIVE_DAYS + timedelta(hours=1))

    case = ConflictCase.objects.get()
    code = Household.objects.get().code
    assert (case.status, case.resolution) == (ConflictStatus.RESOLVED, {"household": code})
    assert Submission.objects.get(pk=held.pk).status == SubmissionStatus.COMPLETE
    assert CropEnterprise.objects.get().household_id == first.root_uuid


def test_a_second_content_chosen_meanwhile_does_not_let_it_in(
    held: Submission, officer: Actor
) -> None:
    form, _files = build.sent(
        "F2", answers.crop, root_uuid=held.root_uuid, subject=held.subject,
        finalized_at=NOON - timedelta(hours=2),
    )  # fmt: skip
    build.receive(build.hashed(form, base_version=9), officer)
    holding.escalate(actor=SYSTEM, at=NOON + FIVE_DAYS)
    second = ConflictCase.objects.get(kind=ConflictKind.SAME_UUID_OTHER_HASH)

    conflicts.resolve(
        actor=actor(Role.SUPERVISOR), at=NOON + FIVE_DAYS, case_id=second.pk,
        choices={"content": "current"}, reason="The first is right",
    )  # fmt: skip

    held.refresh_from_db()
    assert held.status == SubmissionStatus.CONFLICT


def test_the_hourly_task_does_it_where_field_work_is_set_up(
    held: Submission, room: Tenant
) -> None:
    # The task reads the clock: NOON lies further back than five days.
    assert timezone.now() - NOON > FIVE_DAYS

    tasks.village_day()

    assert ConflictCase.objects.get().kind == ConflictKind.HELD_TOO_LONG


def test_a_room_without_field_work_is_left_alone() -> None:
    tasks.village_day()

    assert not ConflictCase.objects.exists()
    assert not FormDefinition.objects.exists()
