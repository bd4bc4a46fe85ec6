from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lending.actions import applications
from lending.models import Application, Offer
from partners.actions import decisions, placements, regulation
from partners.actions.credentials import NotABank
from partners.models import BankDecision, BankEvent, Placement, QuotaUse
from tenancy.actions import approvals, documents
from tenancy.actors import Actor
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import ApprovalRequest, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.build import NOON, ON, SYSTEM, actor
from tests.tasks import SentTasks

pytestmark = pytest.mark.django_db


class TestApprove:
    def test_makes_the_offer_at_the_terms_asked_for(self, room: Tenant) -> None:
        placement = build.placed()

        held = build.decide(placement)

        placement.refresh_from_db()
        offer = Offer.objects.get()
        assert (placement.status, held.result) == ("APPROVED", "APPROVE")
        assert (offer.amount, offer.annual_rate, offer.term) == (
            Decimal(100_000), Decimal("0.219"), 180,
        )  # fmt: skip
        assert (offer.funder, offer.expires_at) == ("Harbour Bank", held.valid_until)
        assert Application.objects.get().stage == "APPROVED"

    def test_keeps_the_quota_for_as_long_as_the_bank_stands_by_it(self, room: Tenant) -> None:
        build.quota(build.agreement(reservation_minutes=5 * 24 * 60))
        placement = build.placed()
        QuotaUse.objects.update(expires_at=NOON + timedelta(minutes=1))

        build.decide(placement)

        assert QuotaUse.objects.get().expires_at == NOON + timedelta(days=3)

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"amount": Decimal(90_000)}, "/amount"),
            ({"term": 120}, "/term"),
            ({"annual_rate": Decimal("0.2")}, "/rate_annual"),
            ({"bank_ratio_bp": 6_000}, "/funding_ratio_bp"),
            ({"valid_until": None}, "/valid_until"),
            ({"valid_until": NOON}, "/valid_until"),
            ({"valid_until": NOON + timedelta(days=8)}, "/valid_until"),
            ({"decided_by": "DICE"}, "/decided_by"),
            ({"decision_id": ""}, "/decision_id"),
            ({"conditions": [{"code": "C", "text": "x", "before": "LATER"}]},
             "/conditions/0/before"),
            ({"conditions": [{"code": "C", "before": "SIGN"}]}, "/conditions/0"),
        ],
    )  # fmt: skip
    def test_names_what_does_not_fit(
        self, room: Tenant, wrong: dict[str, Any], pointer: str
    ) -> None:
        placement = build.placed()

        with pytest.raises(Invalid) as refused, transaction.atomic():
            build.decide(placement, **wrong)

        assert pointer in [error.pointer for error in refused.value.errors]
        assert not BankDecision.objects.exists()


class TestCounter:
    @pytest.mark.parametrize(
        "change",
        [
            {"amount": Decimal(60_000)},
            {"term": 120},
            {"annual_rate": Decimal("0.18")},
            {"bank_ratio_bp": 6_000},
        ],
    )
    def test_makes_a_new_offer_with_the_cost_table_made_anew(
        self, room: Tenant, change: dict[str, Any]
    ) -> None:
        placement = build.placed()

        held = build.decide(placement, "COUNTER", **change)

        placement.refresh_from_db()
        offer = Offer.objects.get()
        assert (placement.status, offer.status) == ("COUNTERED", "OPEN")
        assert (offer.amount, offer.term) == (held.amount, held.term)
        assert offer.annual_rate == held.annual_rate
        assert offer.cost_table["terms"]["principal"] == f"{held.amount:.2f}"
        for name, value in change.items():
            assert getattr(held, name) == value

    def test_has_to_change_something(self, room: Tenant) -> None:
        with pytest.raises(Invalid):
            build.decide(build.placed(), "COUNTER")

    def test_has_to_keep_the_law_of_ratios(self, room: Tenant) -> None:
        regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")
        placement = build.placed()

        with pytest.raises(regulation.FundingRuleBroken) as refused:
            build.decide(placement, "COUNTER", bank_ratio_bp=8_000)

        assert refused.value.rule == "CN-BANK-2021-30"

    @pytest.mark.parametrize(
        "beyond", [{"amount": Decimal(100_001)}, {"annual_rate": Decimal("0.22")}]
    )
    def test_does_not_go_beyond_what_we_approved(
        self, room: Tenant, beyond: dict[str, Any]
    ) -> None:
        with pytest.raises(Invalid):
            build.decide(build.placed(), "COUNTER", **beyond)


class TestDecline:
    def test_frees_the_quota_and_asks_the_next_bank(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        build.quota(build.agreement())
        build.agreement("coast-60", bank_code="coast", bank_ratio_bp=6_000, priority=20)
        build.route(build.granted(consents=["harbour", "coast"]))
        first = Placement.objects.get()
        sent_tasks.waiting.clear()

        build.decide(first, "DECLINE")
        sent_tasks.run()

        first.refresh_from_db()
        second = Placement.objects.exclude(pk=first.pk).get()
        assert (first.status, second.status) == ("DECLINED", "SUBMITTED")
        assert second.bank.code == "coast"
        assert QuotaUse.objects.get().status == "RELEASED"

    def test_says_why(self, room: Tenant) -> None:
        with pytest.raises(Invalid):
            build.decide(build.placed(), "DECLINE", reasons=[])

    def test_keeps_the_bank_from_being_asked_again_for_some_days(self, room: Tenant) -> None:
        build.agreement(declined_days=30)
        build.decide(build.placed(), "DECLINE")

        soon = build.route(build.granted("F-001"), at=NOON + timedelta(days=29))
        later = build.route(build.granted("F-001"), at=NOON + timedelta(days=30))

        assert soon is not None
        assert soon.outcome == "NONE"
        assert later is not None
        assert later.outcome == "PLACED"


class TestAgain:
    def test_the_same_twice_is_one(self, room: Tenant) -> None:
        placement = build.placed()

        assert build.decide(placement) == build.decide(placement)
        assert BankDecision.objects.count() == 1
        assert Offer.objects.count() == 1

    def test_a_contradiction_is_refused_and_the_first_stands(self, room: Tenant) -> None:
        placement = build.placed()
        build.decide(placement)

        for key in ("d-1", "d-2"):
            with pytest.raises(decisions.DecisionContradicts) as refused, transaction.atomic():
                build.decide(placement, "DECLINE", decision_id=key)
            assert (refused.value.code, refused.value.status) == ("decision_contradicts", 409)
        placement.refresh_from_db()
        assert placement.status == "APPROVED"

    def test_the_same_under_another_key_was_decided_already(self, room: Tenant) -> None:
        placement = build.placed()
        build.decide(placement)

        with pytest.raises(decisions.AlreadyDecided):
            build.decide(placement, decision_id="d-2")

    def test_a_key_belongs_to_one_placement(self, room: Tenant) -> None:
        build.decide(build.placed())
        second = build.placed(reference="F-002")

        with pytest.raises(decisions.DecisionContradicts):
            build.decide(second)


class TestTooLate:
    def test_after_the_bank_s_time(self, room: Tenant) -> None:
        placement = build.acknowledge(build.placed())

        with pytest.raises(decisions.PlacementExpired):
            build.decide(placement, at=NOON + timedelta(days=1))

    def test_after_it_was_cancelled(self, room: Tenant) -> None:
        placement = build.placed()
        placements.cancel(
            actor=actor(Role.OFFICER), at=NOON, placement_id=placement.pk, reason="Wrong bank"
        )

        with pytest.raises(decisions.PlacementClosed):
            build.decide(placement)


class TestOnlyTheBank:
    @pytest.mark.parametrize("role", list(Role))
    def test_no_person_of_any_role_decides(self, room: Tenant, role: Role) -> None:
        placement = build.placed()
        build.actor_of(placement.bank)

        with pytest.raises((Forbidden, NotABank)):
            build.decide(placement, actor=actor(role))

    def test_another_bank_does_not_even_find_it(self, room: Tenant) -> None:
        placement = build.placed()

        with pytest.raises(NotFound):
            build.decide(placement, actor=build.actor_of(build.bank("coast")))

    def test_an_unknown_placement_is_not_found(self, room: Tenant) -> None:
        placement = build.placed()
        build.actor_of(placement.bank)
        stranger = Placement(bank=placement.bank)

        with pytest.raises(NotFound):
            build.decide(stranger)

    @pytest.mark.parametrize("status", ["APPROVED", "COUNTERED", "DECLINED"])
    def test_the_database_lets_nobody_else_bring_a_placement_there(
        self, room: Tenant, status: str
    ) -> None:
        build.acknowledge(build.placed())

        refused("bank has not decided", "UPDATE partners_placement "
                f"SET status = '{status}', decided_at = now(), ended_at = "
                + ("now()" if status == "DECLINED" else "NULL"))  # fmt: skip

    def test_the_database_takes_no_decision_without_proof(self, room: Tenant) -> None:
        build.decide(build.placed())
        columns = ", ".join(
            str(field.column)
            for field in BankDecision._meta.concrete_fields
            if field.column != "id"
        )
        copy = f"SELECT gen_random_uuid(), {columns} FROM partners_bankdecision"

        for changed, complaint in (
            ("credential_id, NULL", "by_the_bank"),
            ("credential_id, gen_random_uuid()", "live one of this bank"),
            ("bank_id, gen_random_uuid()", "not before this bank"),
        ):
            column, value = changed.split(", ")
            asked = copy.replace(f" {column},", f" {value} AS {column},", 1)
            refused(complaint, f"INSERT INTO partners_bankdecision (id, {columns}) {asked}")

    def test_the_database_takes_no_decision_of_a_revoked_credential(self, room: Tenant) -> None:
        placement = build.placed()
        build.actor_of(placement.bank)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE partners_bankcredential SET is_active = false")

        with pytest.raises(NotABank):
            decisions.decide(
                actor=Actor("client", "harbour", "x", Role.BANK),
                at=NOON, on=ON, placement_id=placement.pk, decision=build.decision(),
            )  # fmt: skip


class TestOnBehalf:
    def test_two_people_enter_the_bank_s_paper(self, room: Tenant) -> None:
        placement = build.placed()
        request = ask_to_record(placement)

        approvals.approve(actor=actor(Role.SUPERVISOR), at=NOON, request_id=request.pk)
        held = decisions.record(
            actor=actor(Role.SUPERVISOR), at=NOON, on=ON, request_id=request.pk
        )

        placement.refresh_from_db()
        assert (placement.status, held.credential, held.approval) == ("APPROVED", None, request)
        assert Offer.objects.get().funder == "Harbour Bank"

    def test_one_person_does_not(self, room: Tenant) -> None:
        request = ask_to_record(build.placed())

        with pytest.raises(approvals.SamePerson), transaction.atomic():
            approvals.approve(
                actor=Actor("user", request.maker_id, "Same", Role.SUPERVISOR),
                at=NOON,
                request_id=request.pk,
            )
        with pytest.raises(approvals.NotApproved):
            decisions.record(actor=actor(Role.SUPERVISOR), at=NOON, on=ON, request_id=request.pk)

    def test_needs_the_paper(self, room: Tenant) -> None:
        placement = build.placed()

        with pytest.raises(NotFound):
            decisions.ask_to_record(
                actor=actor(Role.OFFICER), at=NOON, placement_id=placement.pk,
                decision=build.decision(), document_id=placement.pk, reason="By fax",
            )  # fmt: skip


class TestGone:
    def test_tells_the_bank_and_frees_the_quota(self, room: Tenant, sent_tasks: SentTasks) -> None:
        build.quota(build.agreement())
        placement = build.placed()
        sent_tasks.waiting.clear()

        withdraw(placement.application)
        sent_tasks.run()

        placement.refresh_from_db()
        assert placement.status == "CANCELLED"
        assert QuotaUse.objects.get().status == "RELEASED"
        assert BankEvent.objects.latest("id").topic == "application.withdrawn"

    def test_after_the_bank_agreed_the_borrower_has_refused(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        placement = build.placed()
        build.decide(placement, "COUNTER", amount=Decimal(60_000))
        sent_tasks.waiting.clear()

        withdraw(placement.application)
        sent_tasks.run()

        placement.refresh_from_db()
        assert placement.status == "REFUSED"
        assert Offer.objects.get().status == "WITHDRAWN"


def refused(complaint: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=complaint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def ask_to_record(placement: Placement) -> ApprovalRequest:
    paper = documents.store(
        actor=actor(Role.OFFICER), at=NOON, content=b"We approve.", media_type="application/pdf",
        name="approval.pdf", subject=placement, retain_until=date(2036, 1, 1),
    )  # fmt: skip
    return decisions.ask_to_record(
        actor=actor(Role.OFFICER), at=NOON, placement_id=placement.pk,
        decision=build.decision(), document_id=paper.pk, reason="Their line was down",
    )  # fmt: skip


def withdraw(application: Application) -> None:
    applications.withdraw(actor=actor(Role.OFFICER), at=NOON, application_id=application.pk)
