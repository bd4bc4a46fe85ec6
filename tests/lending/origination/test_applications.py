from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import applications
from lending.models import Application, Offer, OfferStatus, StageChange
from lending.rules.stages import Stage
from scoring.models import Decision
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import AuditEvent, Tenant, User
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, ON, SYSTEM, actor
from tests.tasks import SentTasks

LATER = NOON + timedelta(minutes=5)
INPUTS = ("sales_last_year", "total_debts")


class TestSubmit:
    def test_sends_the_application_to_be_decided(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        application = build.submitted()

        assert application.stage == Stage.SUBMITTED
        assert application.stage_due_at == NOON + timedelta(minutes=3)
        [task] = sent_tasks.waiting
        assert (task.name, task.kwargs) == (
            "lending.decide",
            {"application_id": str(application.pk)},
        )

    def test_numbers_it_for_people_by_its_day(self, room: Tenant) -> None:
        assert build.submitted().number.startswith("A-260105-")

    @pytest.mark.parametrize(
        ("change", "pointer", "value", "expected"),
        [
            ({"amount": Decimal(999)}, "/amount", "999", "1000 to 1000000"),
            ({"amount": Decimal("1E+30")}, "/amount", "1E+30", "1000 to 1000000"),
            ({"amount": Decimal("NaN")}, "/amount", "NaN", "1000 to 1000000"),
            ({"amount": Decimal("-Infinity")}, "/amount", "-Infinity", "1000 to 1000000"),
            ({"amount": Decimal(-5_000)}, "/amount", "-5000", "1000 to 1000000"),
            ({"amount": Decimal("5000.001")}, "/amount", "5000.001", "at most 2 decimal places"),
            ({"currency": "USD"}, "/currency", "USD", "CNY"),
            ({"term": 181}, "/term", "181", "90 to 180 days"),
            ({"term": 0}, "/term", "0", "90 to 180 days"),
            ({"product_code": "gold"}, "/product", "gold", "a product on offer"),
            ({"borrower_reference": "F-9"}, "/borrower", "F-9", "a registered borrower"),
            ({"purpose": "  "}, "/purpose", "  ", "1 to 200 characters"),
            ({"channel": "x" * 41}, "/channel", "x" * 41, "1 to 40 characters"),
            ({"purpose": "a\x00"}, "/purpose", r"'a\x00'", "text that can be stored"),
            ({"product_code": "\ud800"}, "/product", r"'\ud800'", "text that can be stored"),
            (
                {"borrower_reference": "F\x00"},
                "/borrower",
                r"'F\x00'",
                "text that can be stored",
            ),
            ({"evidence": {}}, "/evidence/as_of", "None", "a date not after 2026-01-05"),
        ],
    )
    def test_names_the_field_its_value_and_what_was_expected(
        self, room: Tenant, change: dict[str, Any], pointer: str, value: str, expected: str
    ) -> None:
        build.product()
        build.borrower()

        with pytest.raises(Invalid) as refused:
            build.submit(**change)

        error = next(e for e in refused.value.errors if e.pointer == pointer)
        assert (error.value, error.expected) == (value, expected)

    def test_names_every_field_at_once(self, room: Tenant) -> None:
        build.product()
        build.borrower()

        with pytest.raises(Invalid) as refused:
            build.submit(amount=Decimal(1), currency="USD", term=1, purpose="")

        pointers = [error.pointer for error in refused.value.errors]
        assert pointers == ["/currency", "/amount", "/term", "/purpose"]

    def test_writes_nothing_when_it_refuses(self, room: Tenant) -> None:
        build.product()
        build.borrower()

        with pytest.raises(Invalid), transaction.atomic():
            build.submit(term=1)

        assert not Application.objects.exists()
        assert not StageChange.objects.exists()

    def test_is_not_for_a_partner_bank(self, room: Tenant) -> None:
        build.product()
        build.borrower()

        with pytest.raises(Forbidden):
            build.submit(actor=actor(Role.BANK))


class TestCollecting:
    @pytest.fixture
    def incomplete(self, room: Tenant) -> Application:
        build.product(required_inputs=INPUTS)
        return build.submitted(evidence=build.evidence(inputs={"total_debts": "0"}))

    def _supply(self, application: Application, **inputs: str) -> Application:
        return applications.supply(
            actor=actor(Role.PLATFORM),
            at=LATER,
            on=ON,
            application_id=application.pk,
            inputs=inputs,
        )

    def test_is_where_an_application_with_a_gap_waits(
        self, incomplete: Application, sent_tasks: SentTasks
    ) -> None:
        assert incomplete.stage == Stage.COLLECTING
        assert incomplete.evidence_hash == ""
        assert sent_tasks.names == []

    def test_is_left_with_the_last_input(
        self, incomplete: Application, sent_tasks: SentTasks
    ) -> None:
        application = self._supply(incomplete, sales_last_year="3000000")

        assert application.stage == Stage.SUBMITTED
        assert len(application.evidence_hash) == 64
        assert sent_tasks.names == ["lending.decide"]

    def test_is_not_left_with_a_gap(self, incomplete: Application) -> None:
        assert self._supply(incomplete, visit="no answer").stage == Stage.COLLECTING

        with pytest.raises(applications.InputsMissing) as refused:
            self._supply(incomplete)

        assert [error.pointer for error in refused.value.errors] == [
            "/evidence/inputs/sales_last_year"
        ]

    def test_cannot_be_skipped_by_raw_sql(self, incomplete: Application) -> None:
        with (
            pytest.raises(IntegrityError, match="evidence_frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE lending_application SET stage = 'SUBMITTED'")

    def test_is_over_once_the_evidence_is_frozen(self, incomplete: Application) -> None:
        self._supply(incomplete, sales_last_year="3000000")

        with pytest.raises(applications.WrongStage):
            self._supply(incomplete, sales_last_year="9000000")


class TestDecideWithoutAScorecard:
    def test_refers_to_a_person_and_says_why(self, room: Tenant) -> None:
        application = build.referred()

        assert application.stage == Stage.REFERRED
        assert [reason["code"] for reason in application.reasons] == ["not_scored"]
        assert application.decided_at is None

    def test_passes_through_assessing(self, room: Tenant) -> None:
        build.referred()

        changes = StageChange.objects.order_by("pk").values_list("from_stage", "to_stage")
        assert list(changes) == [
            ("", "SUBMITTED"),
            ("SUBMITTED", "ASSESSING"),
            ("ASSESSING", "REFERRED"),
        ]

    def test_changes_nothing_when_delivered_again(self, room: Tenant) -> None:
        application = build.referred()

        build.decide(application, at=LATER)

        assert StageChange.objects.count() == 3
        assert not Decision.objects.exists()

    def test_runs_as_the_task_that_submitting_sent(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        application = build.submitted()

        sent_tasks.run()

        application.refresh_from_db()
        assert application.stage == Stage.REFERRED

    def test_is_not_for_an_officer(self, room: Tenant) -> None:
        application = build.submitted()

        with pytest.raises(Forbidden):
            build.decide(application, actor=actor(Role.OFFICER))


class TestApprove:
    def test_makes_an_offer_of_what_was_asked_for(self, room: Tenant) -> None:
        offer = build.offered()

        assert (offer.amount, offer.annual_rate, offer.term) == (
            Decimal(100_000),
            Decimal("0.219"),
            180,
        )
        assert Application.objects.get().stage == Stage.APPROVED

    def test_makes_the_counter_offer_that_is_named(self, room: Tenant) -> None:
        offer = build.approve(
            build.referred(), amount=Decimal(20_000), annual_rate=Decimal("0.18"), term=90
        )

        assert (offer.amount, offer.annual_rate, offer.term) == (
            Decimal(20_000),
            Decimal("0.18"),
            90,
        )

    def test_stops_at_the_person_s_own_authority(self, room: Tenant) -> None:
        application = build.referred()

        with pytest.raises(applications.AuthorityExceeded):
            build.approve(application, actor=actor(Role.OFFICER, limit="99999.99"))

    def test_is_not_for_somebody_without_any_authority(self, room: Tenant) -> None:
        application = build.referred()

        with pytest.raises(applications.AuthorityExceeded):
            build.approve(application, actor=actor(Role.OFFICER))

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"amount": Decimal(2_000_000)}, "/amount"),
            ({"amount": Decimal("NaN")}, "/amount"),
            ({"annual_rate": Decimal("0.22")}, "/annual_rate"),
            ({"annual_rate": Decimal("-0.01")}, "/annual_rate"),
            ({"term": 181}, "/term"),
        ],
    )
    def test_stays_within_the_product(
        self, room: Tenant, change: dict[str, Any], pointer: str
    ) -> None:
        application = build.referred()

        with pytest.raises(Invalid) as refused:
            build.approve(application, **change)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_is_only_for_what_is_with_a_person(self, room: Tenant) -> None:
        application = build.submitted()

        with pytest.raises(applications.WrongStage):
            build.approve(application)

    def test_does_not_know_an_unknown_application(self, room: Tenant) -> None:
        with pytest.raises(NotFound):
            build.approve(Application(id=uuid7()))


class TestDecline:
    def _decline(self, application: Application, reason: str = "Too many debts") -> Application:
        return applications.decline(
            actor=actor(Role.SUPERVISOR),
            at=LATER,
            application_id=application.pk,
            reason=reason,
        )

    def test_ends_the_application_with_its_reason(self, room: Tenant) -> None:
        application = self._decline(build.referred())

        assert application.stage == Stage.DECLINED
        assert application.reasons[-1]["text"]["en"] == "Too many debts"
        assert application.decided_at == LATER

    def test_wants_a_reason(self, room: Tenant) -> None:
        application = build.referred()

        with pytest.raises(Invalid):
            self._decline(application, reason="")

    def test_leaves_the_borrower_the_way_to_a_person(self, room: Tenant) -> None:
        application = self._decline(build.referred())

        applications.refer(
            actor=actor(Role.PLATFORM),
            at=LATER,
            application_id=application.pk,
            reason="The borrower asks for a person",
        )

        assert Application.objects.get().stage == Stage.REFERRED

    def test_cannot_follow_an_approval(self, room: Tenant) -> None:
        offer = build.offered()

        with pytest.raises(applications.WrongStage):
            self._decline(offer.application)


class TestWithdraw:
    def _withdraw(self, application: Application) -> Application:
        return applications.withdraw(
            actor=actor(Role.PLATFORM), at=LATER, application_id=application.pk
        )

    def test_takes_the_open_offer_back_too(self, room: Tenant) -> None:
        offer = build.offered()

        assert self._withdraw(offer.application).stage == Stage.WITHDRAWN
        assert Offer.objects.get().status == OfferStatus.WITHDRAWN

    def test_changes_nothing_the_second_time(self, room: Tenant) -> None:
        application = self._withdraw(build.submitted())

        self._withdraw(application)

        assert AuditEvent.objects.filter(action="application.withdraw").count() == 1

    def test_keeps_a_waiting_decision_from_being_made(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        self._withdraw(build.submitted())

        sent_tasks.run()

        assert Application.objects.get().stage == Stage.WITHDRAWN

    def test_is_too_late_once_accepted(self, room: Tenant) -> None:
        application = build.line().application

        with pytest.raises(applications.WrongStage):
            self._withdraw(application)


class TestAssign:
    def _assign(self, user_id: UUID) -> Application:
        return applications.assign(
            actor=actor(Role.SUPERVISOR),
            at=LATER,
            application_id=build.referred().pk,
            user_id=user_id,
        )

    def test_puts_it_on_a_colleague_s_desk(self, room: Tenant) -> None:
        wang = build.officer("wang")

        assert self._assign(wang.pk).assigned_to == wang

    def test_does_not_know_somebody_who_works_elsewhere(self, room: Tenant) -> None:
        stranger = User.objects.create_user("li", "secret-enough", name="Li Wei")

        with pytest.raises(NotFound):
            self._assign(stranger.pk)


class TestTheTrail:
    def test_says_who_did_what_on_the_way_to_a_line(self, room: Tenant) -> None:
        line = build.line()

        trail = AuditEvent.objects.filter(action__startswith="application.").order_by("pk")
        assert [(event.action, event.role) for event in trail] == [
            ("application.submit", Role.PLATFORM),
            ("application.decide", Role.SYSTEM),
            ("application.approve", Role.SUPERVISOR),
        ]
        assert AuditEvent.objects.get(action="offer.accept").changes["line"] == line.number

    def test_of_stages_is_append_only(self, room: Tenant) -> None:
        build.submitted()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            StageChange.objects.update(at=NOON)

    def test_names_the_person_who_moved_it(self, room: Tenant) -> None:
        person = replace(actor(Role.SUPERVISOR, limit="1000000"), name="Wang Fang")

        build.approve(build.referred(), actor=person)

        change = StageChange.objects.get(to_stage=Stage.APPROVED)
        assert (change.actor_name, change.reason) == ("Wang Fang", "Known for ten years")
        assert SYSTEM.name in set(StageChange.objects.values_list("actor_name", flat=True))
