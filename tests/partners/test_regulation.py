from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from partners.actions import regulation
from partners.models import FundingRule
from partners.rules.regulation import Breach, RuleText, check, ratios
from tenancy.actions import approvals
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import ApprovalRequest, AuditEvent, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.build import NOON, ON, SYSTEM, actor

TOMORROW = ON + timedelta(days=1)


def rule(**changes: Any) -> RuleText:
    facts: dict[str, Any] = {
        "code": "T-1",
        "jurisdiction": "CN",
        "title": "At most 25 %",
        "title_zh": "不超过 25%",
        "applies_to": "bank",
        "metric": "share",
        "operator": "le",
        "threshold": Decimal("0.25"),
        "effective_from": ON,
        "legal_ref": "Notice 1",
        "source": "example.org",
    }
    return RuleText(**{**facts, **changes})


def judge(*rules: RuleText, on: date = ON, **measured: str) -> list[str]:
    found = check(
        rules,
        {name: Decimal(value) for name, value in measured.items()},
        jurisdiction="CN",
        model="CO_LEND",
        kinds={"bank"},
        on=on,
    )
    return [breach.code for breach in found]


class TestCheck:
    @pytest.mark.parametrize(
        ("operator", "value", "is_kept"),
        [
            ("le", "0.2499", True), ("le", "0.25", True), ("le", "0.2501", False),
            ("ge", "0.2499", False), ("ge", "0.25", True), ("ge", "0.2501", True),
            ("eq", "0.25", True), ("eq", "0.2501", False),
        ],
    )  # fmt: skip
    def test_holds_a_value_against_the_threshold(
        self, operator: str, value: str, is_kept: bool
    ) -> None:
        assert judge(rule(operator=operator), share=value) == ([] if is_kept else ["T-1"])

    def test_does_not_fire_today_what_begins_tomorrow(self) -> None:
        later = rule(effective_from=TOMORROW)

        assert judge(later, share="0.9") == []
        assert judge(later, on=TOMORROW, share="0.9") == ["T-1"]

    def test_binds_on_its_last_day_and_not_after(self) -> None:
        ending = rule(effective_to=ON)

        assert judge(ending, share="0.9") == ["T-1"]
        assert judge(ending, on=TOMORROW, share="0.9") == []

    def test_leaves_alone_whom_it_does_not_bind(self) -> None:
        assert judge(rule(applies_to="guarantor"), share="0.9") == []
        assert judge(rule(funding_models=("FACILITATE",)), share="0.9") == []
        assert judge(rule(jurisdiction="IN"), share="0.9") == []
        assert judge(rule(applies_to="all_lenders"), share="0.9") == ["T-1"]

    def test_does_not_judge_what_was_not_measured(self) -> None:
        assert judge(rule(), other="0.9") == []


@pytest.mark.django_db
class TestRatio:
    @pytest.fixture(autouse=True)
    def _law(self, room: Tenant) -> None:
        for jurisdiction in ("CN", "IN"):
            regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction=jurisdiction)

    @pytest.mark.parametrize(
        ("bank_ratio_bp", "jurisdiction", "broken"),
        [
            (7_000, "CN", []),
            (7_001, "CN", ["CN-BANK-2021-30"]),
            (8_000, "CN", ["CN-BANK-2021-30"]),
            (8_000, "IN", []),
            (9_000, "IN", []),
            (9_500, "CN", ["CN-BANK-2021-30"]),
            (9_500, "IN", ["IN-CLA-2025-10"]),
            (500, "IN", ["IN-CLA-2025-10"]),
        ],
    )
    def test_is_judged_by_the_law_of_the_agreement(
        self, bank_ratio_bp: int, jurisdiction: str, broken: list[str]
    ) -> None:
        assert [each.code for each in self._found(bank_ratio_bp, jurisdiction)] == broken

    def test_of_80_to_20_cannot_be_published_in_china(self) -> None:
        build.bank()

        with pytest.raises(regulation.FundingRuleBroken) as refused:
            build.publish(build.draft(bank_ratio_bp=8_000))

        assert refused.value.rule == "CN-BANK-2021-30"
        assert "银保监办发〔2021〕24 号" in refused.value.source
        assert "smuseclub.com" in refused.value.source
        error = refused.value.errors[0]
        assert (error.pointer, error.value, error.expected) == (
            "/own_ratio", "0.2", "own_ratio ≥ 0.3",
        )  # fmt: skip

    def test_of_80_to_20_can_be_published_in_india(self) -> None:
        build.bank()

        version = build.publish(build.draft(bank_ratio_bp=8_000, jurisdiction="IN"))

        assert version.is_published

    @pytest.mark.parametrize("jurisdiction", ["CN", "IN"])
    def test_of_95_to_5_can_be_published_in_neither(self, jurisdiction: str) -> None:
        build.bank()

        with pytest.raises(regulation.FundingRuleBroken):
            build.publish(build.draft(bank_ratio_bp=9_500, jurisdiction=jurisdiction))

    def test_before_2022_was_not_bound(self) -> None:
        assert self._found(8_000, "CN", on=date(2021, 12, 31)) == ()

    def _found(self, ratio_bp: int, jurisdiction: str, on: date = ON) -> tuple[Breach, ...]:
        return regulation.breaches(
            ratios(ratio_bp), jurisdiction=jurisdiction, model="CO_LEND", kinds=["bank"], on=on
        )


@pytest.mark.django_db
class TestAdopt:
    def test_takes_every_row_once(self, room: Tenant) -> None:
        first = regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")

        assert first == FundingRule.objects.count() >= 20
        assert regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN") == 0

    @pytest.mark.parametrize("jurisdiction", ["cn", "in"])
    def test_has_a_source_and_who_verified_it_for_every_row(
        self, room: Tenant, jurisdiction: str
    ) -> None:
        regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction=jurisdiction)

        for row in FundingRule.objects.all():
            assert row.legal_ref, row.code
            assert row.source, row.code
            assert row.verified_by, row.code
            assert row.title_zh, row.code

    @pytest.mark.parametrize("unknown", ["XX", "../cn", ""])
    def test_knows_no_other_jurisdiction(self, room: Tenant, unknown: str) -> None:
        with pytest.raises(NotFound):
            regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction=unknown)


@pytest.mark.django_db
class TestChange:
    @pytest.fixture
    def held(self, room: Tenant) -> FundingRule:
        regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN")
        return FundingRule.objects.get(code="CN-BANK-2021-30")

    def test_needs_two_people_and_is_audited(self, held: FundingRule) -> None:
        request = propose(held)
        assert FundingRule.objects.filter(code=held.code).count() == 1

        approve(request)
        new = regulation.change(
            actor=actor(Role.ADMINISTRATOR), at=NOON, on=ON, request_id=request.pk
        )

        held.refresh_from_db()
        assert held.effective_to == ON
        assert (new.threshold, new.effective_from) == (Decimal("0.35"), TOMORROW)
        assert new.approval == request
        recorded = AuditEvent.objects.filter(
            action__in=["approval.request", "approval.approve", "funding_rule.change"]
        )
        assert [(each.action, each.actor_name) for each in recorded.order_by("id")] == [
            ("approval.request", "Risk manager"),
            ("approval.approve", "Administrator"),
            ("funding_rule.change", "Administrator"),
        ]

    def test_binds_from_its_first_day(self, held: FundingRule) -> None:
        request = propose(held)
        approve(request)
        regulation.change(actor=actor(Role.ADMINISTRATOR), at=NOON, on=ON, request_id=request.pk)

        def broken(on: date) -> int:
            found = regulation.breaches(
                ratios(6_800), jurisdiction="CN", model="CO_LEND", kinds=["bank"], on=on
            )
            return len(found)

        assert (broken(ON), broken(TOMORROW)) == (0, 1)

    def test_is_not_done_before_the_second_person(self, held: FundingRule) -> None:
        request = propose(held)

        with pytest.raises(approvals.NotApproved):
            regulation.change(
                actor=actor(Role.RISK_MANAGER), at=NOON, on=ON, request_id=request.pk
            )

    def test_is_done_once(self, held: FundingRule) -> None:
        request = propose(held)
        approve(request)
        who = actor(Role.ADMINISTRATOR)

        first = regulation.change(actor=who, at=NOON, on=ON, request_id=request.pk)

        again = regulation.change(actor=who, at=NOON, on=ON, request_id=request.pk)
        assert first == again

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"threshold": "much"}, "/threshold"),
            ({"threshold": "NaN"}, "/threshold"),
            ({"severity": "maybe"}, "/severity"),
            ({"code": "OTHER"}, "/code"),
            ({"effective_from": ON.isoformat()}, "/effective_from"),
            ({"effective_from": "soon"}, "/effective_from"),
            ({"source": " "}, "/source"),
        ],
    )
    def test_names_what_does_not_fit(
        self, held: FundingRule, changes: dict[str, str], pointer: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            propose(held, changes)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_is_proposed_by_those_who_may(self, held: FundingRule) -> None:
        with pytest.raises(Forbidden):
            propose(held, by=Role.OFFICER)

    def test_leaves_the_old_row_as_it_was(self, held: FundingRule) -> None:
        for column in ("threshold = 0", "severity = 'warn'", "source = ''"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE partners_fundingrule SET {column}")


def propose(
    held: FundingRule,
    changes: dict[str, str] | None = None,
    by: Role = Role.RISK_MANAGER,
) -> ApprovalRequest:
    return regulation.propose(
        actor=actor(by),
        at=NOON,
        on=ON,
        rule_id=held.pk,
        changes={"threshold": "0.35", "effective_from": TOMORROW.isoformat(), **(changes or {})},
        reason="Notice 12 of 2026",
    )


def approve(request: ApprovalRequest) -> None:
    approvals.approve(actor=actor(Role.ADMINISTRATOR), at=NOON, request_id=request.pk)
