from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from partners.actions import placements
from partners.models import BankEvent, Placement, QuotaUse
from partners.queries import feed
from partners.rules.placing import PlacementState
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.build import NOON, SYSTEM, actor
from tests.tasks import SentTasks

pytestmark = pytest.mark.django_db

ITEMS = [{"code": "land", "text": "The land certificate"}]


def ask(placement: Placement, **changes: Any) -> Placement:
    facts: dict[str, Any] = {
        "actor": build.actor_of(placement.bank), "at": NOON, "placement_id": placement.pk,
        "items": ITEMS,
    }  # fmt: skip
    return placements.request_info(**{**facts, **changes})


def answer(placement: Placement, **changes: Any) -> Placement:
    facts: dict[str, Any] = {
        "actor": actor(Role.OFFICER), "at": NOON, "placement_id": placement.pk,
        "answer": "Certificate 12 of 2019",
    }  # fmt: skip
    return placements.provide_info(**{**facts, **changes})


def watch(minutes: int = 24 * 60) -> int:
    return placements.time_out(actor=SYSTEM, at=NOON + timedelta(minutes=minutes))


class TestAcknowledge:
    def test_keeps_the_bank_s_reference_and_is_harmless_to_repeat(self, room: Tenant) -> None:
        placement = build.acknowledge(build.placed())

        assert build.acknowledge(placement, "other").bank_reference == "HB-1"
        assert placement.status == "ACKED"

    def test_is_for_the_bank_itself(self, room: Tenant) -> None:
        placement = build.placed()

        for who in (actor(Role.OFFICER), SYSTEM):
            with pytest.raises(Forbidden), transaction.atomic():
                placements.acknowledge(actor=who, at=NOON, placement_id=placement.pk)
        other = build.actor_of(build.bank("coast"))
        with pytest.raises(NotFound):
            placements.acknowledge(actor=other, at=NOON, placement_id=placement.pk)


class TestInfo:
    def test_goes_back_and_forth_and_the_clock_starts_anew(self, room: Tenant) -> None:
        placement = build.placed()

        asked = ask(placement)
        assert (asked.status, asked.info_items) == ("INFO_REQUESTED", ITEMS)
        assert asked.respond_by == asked.expires_at
        later = NOON + timedelta(hours=30)
        answered = answer(placement, at=later)
        assert (answered.status, answered.respond_by) == (
            "INFO_PROVIDED", later + timedelta(days=1),
        )  # fmt: skip
        assert ask(placement, at=later).status == "INFO_REQUESTED"

    def test_answers_only_what_was_asked(self, room: Tenant) -> None:
        with pytest.raises(placements.WrongPlacementState):
            answer(build.placed())

    @pytest.mark.parametrize("items", [[], [{"code": "x"}], [{"code": "", "text": "x"}]])
    def test_asks_in_words(self, room: Tenant, items: list[dict[str, str]]) -> None:
        with pytest.raises(Invalid):
            ask(build.placed(), items=items)


class TestTimeOut:
    def test_ends_what_was_received_and_left_and_asks_the_next(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        build.quota(build.agreement())
        build.own_book()
        placement = build.acknowledge(build.placed())
        sent_tasks.waiting.clear()

        assert watch(24 * 60 - 1) == 0
        assert watch() == 1

        placement.refresh_from_db()
        assert placement.status == "TIMED_OUT"
        assert QuotaUse.objects.get().status == "RELEASED"
        assert sent_tasks.names == ["partners.route"]
        sent_tasks.run()
        placement.application.refresh_from_db()
        assert placement.application.stage == "APPROVED"

    def test_tells_a_silent_bank_again_three_times_three_minutes_apart(self, room: Tenant) -> None:
        placement = build.placed()
        day = 24 * 60

        for minutes in (day, day + 3, day + 6):
            assert watch(minutes) == 1
            placement.refresh_from_db()
            assert placement.status == "SUBMITTED"
        assert watch(day + 8) == 0
        assert watch(day + 9) == 1

        placement.refresh_from_db()
        assert (placement.status, placement.attempts) == ("TIMED_OUT", 3)
        told = BankEvent.objects.filter(topic="application.submitted").order_by("id")
        assert [event.payload["attempt"] for event in told] == [1, 2, 3, 4]

    def test_leaves_what_the_bank_has_decided(self, room: Tenant) -> None:
        build.decide(build.placed())

        assert watch(10 * 24 * 60) == 0


class TestFunding:
    def test_runs_from_the_agreed_terms_to_both_books(self, room: Tenant) -> None:
        build.quota(build.agreement())
        placement = build.placed()
        build.decide(placement)
        who = {"actor": SYSTEM, "at": NOON, "placement_id": placement.pk}

        placements.fund(**who, facts={"loan": "L-1", "amount": "70000.00"})  # type: ignore[arg-type]
        for state in (PlacementState.FUNDED, PlacementState.DISBURSED):
            placements.advance(**who, state=state)  # type: ignore[arg-type]
        booked = placements.booked(
            actor=build.actor_of(placement.bank), at=NOON, placement_id=placement.pk,
            bank_loan_number="HB-L-1",
        )  # fmt: skip

        assert booked.status == "BOOKED"
        assert QuotaUse.objects.get().status == "CONVERTED"
        assert BankEvent.objects.latest("id").topic == "funding.requested"

    def test_waits_for_the_bank_to_agree(self, room: Tenant) -> None:
        with pytest.raises(placements.WrongPlacementState):
            placements.fund(
                actor=SYSTEM, at=NOON, placement_id=build.placed().pk, facts={"loan": "L-1"}
            )


class TestFeed:
    def test_gives_a_bank_its_own_news_after_its_bookmark(self, room: Tenant) -> None:
        placement = build.placed()
        build.agreement("coast-60", bank_code="coast", bank_ratio_bp=6_000, priority=20)
        build.route(build.granted("F-002", consents=["coast"]))
        answer(ask(placement))

        news = feed.after(placement.bank, 0, 10)
        assert [event.topic for event in news] == [
            "application.submitted", "application.info_provided",
        ]  # fmt: skip
        assert feed.after(placement.bank, news[0].pk, 10) == news[1:]
        assert feed.after(placement.bank, 0, 1) == news[:1]
