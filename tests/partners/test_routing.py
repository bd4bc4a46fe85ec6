from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from lending.models import Application, Offer
from partners.actions import consents, regulation
from partners.models import (
    BankEvent,
    Placement,
    PlacementEvent,
    QuotaUse,
    Routing,
    RoutingCandidate,
)
from tenancy.errors import Forbidden
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tenancy.wording import said
from tests.partners import build
from tests.partners.build import NOON, ON, SYSTEM, actor
from tests.tasks import SentTasks

pytestmark = pytest.mark.django_db


def why(routing: Routing | None, code: str) -> list[str]:
    """The codes of what stood against an agreement."""
    row = RoutingCandidate.objects.get(routing=routing, version__agreement__code=code)
    return [reason["code"] for reason in row.reasons]


class TestRoute:
    def test_places_the_application_and_reserves_the_quota(self, room: Tenant) -> None:
        version = build.agreement()
        quota = build.quota(version)

        routing = build.route(build.granted())

        placement = Placement.objects.get()
        assert routing is not None
        assert (routing.outcome, routing.chosen) == ("PLACED", version)
        assert (placement.status, placement.amount) == ("SUBMITTED", Decimal(100_000))
        assert (placement.bank_ratio_bp, placement.annual_rate) == (7_000, Decimal("0.219"))
        assert placement.respond_by == NOON + timedelta(days=1)
        use = QuotaUse.objects.get()
        assert (use.quota, use.amount, use.status) == (quota, Decimal(100_000), "RESERVED")
        steps = PlacementEvent.objects.order_by("pk").values_list("from_status", "to_status")
        assert list(steps) == [("", "ROUTED"), ("ROUTED", "SUBMITTED")]

    def test_tells_the_bank_without_a_personal_number(self, room: Tenant) -> None:
        placement = build.placed()

        event = BankEvent.objects.get()
        assert (event.topic, event.bank) == ("application.submitted", placement.bank)
        assert event.payload["placement_id"] == str(placement.pk)

    def test_keeps_why_not_the_others_in_both_languages(self, room: Tenant) -> None:
        build.agreement()
        build.agreement(
            "coast-60", bank_code="coast", bank_ratio_bp=6_000, max_amount=Decimal(90_000)
        )

        routing = build.route(build.granted(consents=["harbour"]))

        assert why(routing, "harbour-70") == []
        assert why(routing, "coast-60") == ["amount", "consent"]
        row = RoutingCandidate.objects.get(version__agreement__code="coast-60")
        assert row.reasons[0]["text"] == {
            "en": "Amount 100000 is outside 1000–90000",
            "zh": "金额 100000 不在 1000–90000 范围内",
        }

    def test_delivered_twice_places_once(self, room: Tenant) -> None:
        build.agreement()
        application = build.granted()

        assert build.route(application) is not None
        assert build.route(application) is None
        assert Placement.objects.count() == 1

    def test_is_run_by_the_task_of_the_approval(self, room: Tenant, sent_tasks: SentTasks) -> None:
        build.agreement()
        build.granted()

        sent_tasks.run()

        assert Placement.objects.get().status == "SUBMITTED"

    @pytest.mark.parametrize("role", [Role.BANK, Role.AUDITOR, Role.AGENT])
    def test_is_for_those_who_may(self, room: Tenant, role: Role) -> None:
        build.agreement()
        application = build.granted()

        with pytest.raises(Forbidden):
            build.route(application, actor=actor(role))

    def test_leaves_an_audit_row_and_what_it_was_computed_from(self, room: Tenant) -> None:
        build.agreement()

        routing = build.route(build.granted(evidence={"rural": {"region": "330102"}}))

        assert routing is not None
        assert routing.request["region"] == "330102"
        assert routing.request["consents"] == ["harbour"]
        assert AuditEvent.objects.get(action="application.route").changes["outcome"] == "PLACED"

    @pytest.mark.parametrize(
        "table", ["partners_routing", "partners_routingcandidate", "partners_bankevent"]
    )
    def test_is_never_rewritten(self, room: Tenant, table: str) -> None:
        build.placed()

        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")


class TestNoBank:
    def test_falls_to_our_own_book_where_an_agreement_says_so(self, room: Tenant) -> None:
        build.own_book()
        application = build.granted()

        routing = build.route(application)

        assert routing is not None
        assert routing.outcome == "OWN"
        offer = Offer.objects.get()
        assert (offer.amount, offer.funder) == (Decimal(100_000), "")
        assert not Placement.objects.exists()

    def test_ends_without_a_funder(self, room: Tenant) -> None:
        build.agreement(max_amount=Decimal(50_000))
        application = build.granted()

        routing = build.route(application)

        assert routing is not None
        assert routing.outcome == "NONE"
        application.refresh_from_db()
        assert application.stage == "DECLINED"
        assert application.reasons[-1]["code"] == "no_funder"
        reason = application.changes.latest("pk").reason
        assert said(reason).startswith("harbour-70: Amount 100000")
        with translation.override("zh-hans"):
            assert said(reason).startswith("harbour-70: 金额 100000")

    def test_says_in_both_languages_that_there_is_nobody_to_ask(self, room: Tenant) -> None:
        application = build.granted()

        build.route(application)

        reason = application.changes.latest("pk").reason
        assert said(reason) == "no agreement in force"
        with translation.override("zh-hans"):
            assert said(reason) == "没有生效的合作协议"

    def test_asks_for_the_consent_that_is_all_that_lacks(
        self, room: Tenant, sent_tasks: SentTasks
    ) -> None:
        build.agreement()
        build.own_book()
        application = build.granted(consents=[])

        routing = build.route(application)
        assert routing is not None
        assert routing.outcome == "CONSENT"

        say(application, is_given=True)
        sent_tasks.run()
        assert Placement.objects.get().status == "SUBMITTED"

    def test_takes_no_for_an_answer(self, room: Tenant, sent_tasks: SentTasks) -> None:
        build.agreement()
        build.own_book()
        application = build.granted(consents=[])

        say(application, is_given=False)
        sent_tasks.run()

        routing = Routing.objects.latest("routed_at")
        assert routing.outcome == "OWN"
        assert why(routing, "harbour-70") == ["consent_refused"]

    def test_takes_a_no_on_the_form_for_a_no(self, room: Tenant) -> None:
        build.agreement()

        routing = build.route(build.granted(consents=[build.consent("harbour", agreed=False)]))

        assert why(routing, "harbour-70") == ["consent_refused"]
        assert not Placement.objects.exists()

    def test_counts_no_consent_that_has_run_out(self, room: Tenant) -> None:
        build.agreement()
        application = build.granted()

        routing = build.route(application, at=NOON + timedelta(days=5 * 365))

        assert why(routing, "harbour-70") == ["consent"]

    def test_waits_for_a_bank_to_open(self, room: Tenant, sent_tasks: SentTasks) -> None:
        build.bank(opens_at=time(13), closes_at=time(17))
        build.agreement()
        application = build.granted()
        sent_tasks.waiting.clear()

        routing = build.route(application)

        assert routing is not None
        assert routing.outcome == "WAIT"
        assert sent_tasks.names == ["partners.route"]
        assert build.route(application, at=NOON + timedelta(hours=1)) is not None
        assert Placement.objects.get().status == "SUBMITTED"


class TestLaw:
    def test_bars_a_bank_that_does_not_list_us_and_names_the_rule(self, room: Tenant) -> None:
        regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")
        build.bank(their_list_from=ON + timedelta(days=1))
        build.agreement()

        routing = build.route(build.granted())

        assert why(routing, "harbour-70") == ["rule", "whitelist"]
        reason = RoutingCandidate.objects.get().reasons[0]
        assert reason["rule"] == "CN-FAC-2025-LIST"
        assert "金规〔2025〕9 号" in reason["source"]

    @pytest.mark.parametrize(
        ("facts", "rule"),
        [
            ({"is_local": True, "region": "34"}, "CN-BANK-2021-AREA"),
            ({"tier1_capital": Decimal(279_999)}, "CN-BANK-2021-25"),
            ({"total_loans": Decimal(139_999)}, "CN-BANK-2021-50"),
        ],
    )
    def test_bars_what_the_bank_may_not(
        self, room: Tenant, facts: dict[str, Any], rule: str
    ) -> None:
        regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")
        build.bank(**facts)
        build.agreement()

        build.route(build.granted(evidence={"rural": {"region": "330102"}}))

        assert [each["rule"] for each in RoutingCandidate.objects.get().reasons] == [rule]


class TestQuota:
    @pytest.mark.parametrize(
        ("scope", "is_drawn_on"),
        [
            ({}, True),
            ({"region": "33"}, True),
            ({"region": "34"}, False),
            ({"product": "seller"}, True),
            ({"product": "wheat"}, False),
        ],
    )
    def test_counts_where_it_applies(
        self, room: Tenant, scope: dict[str, str], is_drawn_on: bool
    ) -> None:
        build.quota(build.agreement(), **scope)

        build.route(build.granted(evidence={"rural": {"region": "330102"}}))

        assert QuotaUse.objects.exists() == is_drawn_on

    @pytest.mark.parametrize(
        ("period", "next_day_is_free"), [("day", True), ("month", False), ("total", False)]
    )
    def test_counts_by_its_period(self, room: Tenant, period: str, next_day_is_free: bool) -> None:
        build.quota(build.agreement(), "150000", period)
        build.route(build.granted("F-001"))

        next_day = {"on": ON + timedelta(days=1), "at": NOON + timedelta(days=1)}
        routing = build.route(build.granted("F-002"), **next_day)

        assert why(routing, "harbour-70") == ([] if next_day_is_free else ["quota"])

    def test_counts_a_reservation_until_it_lapses(self, room: Tenant) -> None:
        build.quota(build.agreement(reservation_minutes=60), "150000")
        build.route(build.granted("F-001"))

        second = build.route(build.granted("F-002"), at=NOON + timedelta(minutes=59))
        third = build.route(build.granted("F-003"), at=NOON + timedelta(minutes=60))

        assert why(second, "harbour-70") == ["quota"]
        assert why(third, "harbour-70") == []

    def test_that_is_short_passes_on_to_the_next_bank(self, room: Tenant) -> None:
        build.quota(build.agreement(), "99999")
        build.agreement("coast-60", bank_code="coast", bank_ratio_bp=6_000, priority=20)

        build.route(build.granted(consents=["harbour", "coast"]))

        assert Placement.objects.get().bank.code == "coast"


def say(application: Application, *, is_given: bool) -> None:
    consents.note(
        actor=actor(Role.OFFICER),
        at=NOON,
        application_id=application.pk,
        bank_code="harbour",
        is_given=is_given,
        expires_at=NOON + timedelta(days=4 * 365),
        version="3",
        text_hash="0" * 64,
        channel="paper",
    )
