from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from lending.actions import products
from lending.actions.pricing import CostAboveCap
from lending.models import ProductVersion
from lending.models.product import yearly_rate
from lending.queries.products import on_offer, rules
from lending.rules.fees import Fee, Timing
from tenancy.errors import Forbidden, Invalid
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, ON, actor

GUARANTEE = Fee("guarantee", "Guarantee fee", Timing.UPFRONT, rate=Decimal("0.03"))
INSTALMENTS: dict[str, Any] = {
    "method": "equal_instalment",
    "quoted_rate": Decimal("0.18"),
    "rate_basis": "annual",
    "day_count": "30/360",
    "term_unit": "months",
    "min_term": 12,
    "max_term": 12,
}


class TestYearlyRate:
    @pytest.mark.parametrize(
        ("quoted", "basis", "day_count", "annual"),
        [
            ("0.0005", "daily", "actual/365", "0.1825"),
            ("0.0006", "daily", "actual/365", "0.219"),
            ("0.0005", "daily", "actual/360", "0.18"),
            ("0.04", "monthly", "30/360", "0.48"),
            ("0.12", "annual", "actual/365", "0.12"),
        ],
    )
    def test_is_what_the_engine_computes_with(
        self, quoted: str, basis: str, day_count: str, annual: str
    ) -> None:
        assert yearly_rate(Decimal(quoted), basis, day_count) == Decimal(annual)


class TestDraft:
    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"method": "balloon"}, "/method"),
            ({"currency": "ABC"}, "/currency"),
            ({"rate_basis": "weekly"}, "/rate_basis"),
            ({"day_count": "30E/360"}, "/day_count"),
            ({"min_amount": Decimal(0)}, "/min_amount"),
            ({"max_amount": Decimal(10) ** 18}, "/max_amount"),
            ({"min_amount": Decimal("NaN")}, "/"),
            ({"quoted_rate": Decimal(21)}, "/quoted_rate"),
            ({"min_term": 0}, "/min_term"),
            ({"max_term": 80}, "/max_term"),
            ({"offer_days": 0}, "/offer_days"),
            ({"min_draw": Decimal(2_000_000)}, "/min_draw"),
            ({"method": "equal_instalment"}, "/term_unit"),
            ({"fees": (GUARANTEE, GUARANTEE)}, "/fees"),
            ({"stage_minutes": {"WAITING": 5}}, "/stage_minutes/WAITING"),
            ({"stage_minutes": {"REFERRED": 0}}, "/stage_minutes/REFERRED"),
        ],
    )
    def test_names_the_field_that_does_not_fit(
        self, room: Tenant, change: dict[str, Any], pointer: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            build.draft(**change)

        assert pointer in [error.pointer for error in refused.value.errors]

    def test_takes_the_place_of_the_draft_before_it(self, room: Tenant) -> None:
        first = build.draft()

        second = build.draft(max_term=120)

        assert (second.pk, second.number, second.max_term) == (first.pk, 1, 120)

    def test_is_the_next_version_once_one_is_published(self, room: Tenant) -> None:
        build.product()

        assert build.draft().number == 2

    def test_is_not_for_an_officer(self, room: Tenant) -> None:
        with pytest.raises(Forbidden):
            products.draft(
                actor=actor(Role.OFFICER),
                at=NOON,
                code="seller",
                name="Seller",
                configuration=build.configuration(),
                effective_from=ON,
            )


class TestPublish:
    def test_prices_every_corner(self, room: Tenant) -> None:
        version = build.product()

        assert [
            (
                c["amount"],
                c["term"],
                c["total"],
                c["simple"],
                str(round(Decimal(c["effective"]), 4)),
            )
            for c in version.cost_scenarios
        ] == [
            ("1000", "90", "54", "0.219", "0.2377"),
            ("1000", "180", "108", "0.219", "0.2312"),
            ("1000000", "90", "54000", "0.219", "0.2377"),
            ("1000000", "180", "108000", "0.219", "0.2312"),
        ]

    def test_refuses_four_per_cent_a_month_naming_the_rule(self, room: Tenant) -> None:
        build.rules()
        monthly: dict[str, Any] = {"quoted_rate": Decimal("0.04"), "rate_basis": "monthly"}
        version = build.draft(**monthly)

        with pytest.raises(CostAboveCap) as refused:
            build.publish(version)

        assert refused.value.rule == "CN-MCL-2025-COST-24"
        assert "PBoC and NFRA" in refused.value.source
        assert "no new loan whose all-in annual cost exceeds 24 %" in str(refused.value)

    def test_names_the_rule_in_chinese_to_who_reads_chinese(self, room: Tenant) -> None:
        build.rules()
        version = build.draft(quoted_rate=Decimal("0.04"), rate_basis="monthly")

        with pytest.raises(CostAboveCap) as refused:
            build.publish(version)

        assert "whose all-in annual cost exceeds 24 %" in str(refused.value)
        with translation.override("zh-hans"):
            assert "综合融资成本不得超过年化 24%" in str(refused.value)

    def test_warns_of_the_rule_to_come_where_today_s_allows(self, room: Tenant) -> None:
        version = build.product()

        assert [(w["rule"], w["basis"], w["binds_from"]) for w in version.warnings] == [
            ("CN-MCL-2025-COST-4LPR", "effective", "2027-12-31"),
            ("CN-MCL-2025-COST-4LPR", "nominal", "2027-12-31"),
        ]

    def test_refuses_the_same_product_from_2028(self, room: Tenant) -> None:
        build.rules()
        version = build.draft(effective_from=date(2028, 1, 1))

        with pytest.raises(CostAboveCap) as refused:
            build.publish(version)

        assert refused.value.rule == "CN-MCL-2025-COST-4LPR"

    def test_has_nothing_to_warn_of_within_four_times_the_lpr(self, room: Tenant) -> None:
        version = build.product(quoted_rate=Decimal("0.0003"))

        assert version.warnings == []

    @pytest.mark.parametrize(
        ("fees", "is_allowed"),
        [((), True), ((GUARANTEE,), False)],
    )
    def test_blocks_on_the_stricter_of_nominal_and_effective(
        self, room: Tenant, fees: tuple[Fee, ...], is_allowed: bool
    ) -> None:
        # 18 % with 3 % up front: 23.91 % nominal passes, 26.71 % effective does not.
        build.rules()
        version = build.draft(**INSTALMENTS, fees=fees)

        if is_allowed:
            assert build.publish(version).is_published
            return
        with pytest.raises(CostAboveCap, match=r"26\.71 %"):
            build.publish(version)

    def test_counts_a_fee_whoever_collects_it(self, room: Tenant) -> None:
        build.rules()
        platform = Fee(
            "service", "Service", Timing.UPFRONT, rate=Decimal("0.05"), collected_by="platform"
        )
        version = build.draft(quoted_rate=Decimal("0.0005"), fees=(platform,))

        with pytest.raises(CostAboveCap):
            build.publish(version)

    def test_refuses_fees_that_eat_up_the_loan(self, room: Tenant) -> None:
        all_of_it = Fee("all", "All of it", Timing.UPFRONT, amount=Decimal(1_000))
        version = build.draft(fees=(all_of_it,))

        with pytest.raises(Invalid):
            build.publish(version)

    def test_refuses_to_begin_in_the_past(self, room: Tenant) -> None:
        version = build.draft(effective_from=date(2026, 1, 4))

        with pytest.raises(Invalid):
            build.publish(version)

    def test_changes_nothing_the_second_time(self, room: Tenant) -> None:
        version = build.product()

        assert build.publish(version).published_at == version.published_at

    def test_needs_no_rules_in_a_room_that_has_none(self, room: Tenant) -> None:
        monthly: dict[str, Any] = {"quoted_rate": Decimal("0.04"), "rate_basis": "monthly"}

        assert build.publish(build.draft(**monthly)).warnings == []


class TestFrozen:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE lending_productversion SET annual_rate = 0.01",
            "UPDATE lending_productversion SET published_at = NULL",
            "UPDATE lending_productversion SET number = number",
            "DELETE FROM lending_productversion",
        ],
    )
    def test_is_refused_to_raw_sql(self, room: Tenant, attack: str) -> None:
        build.product()

        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

    def test_leaves_a_draft_open(self, room: Tenant) -> None:
        build.draft()

        assert ProductVersion.objects.update(annual_rate=Decimal("0.01")) == 1


class TestOnOffer:
    def test_is_the_latest_version_that_has_begun(self, room: Tenant) -> None:
        build.product()
        later = build.publish(build.draft(effective_from=date(2026, 2, 1), max_term=120))

        versions = ProductVersion.objects
        assert versions.on_offer("seller", date(2026, 1, 31))[0].number == 1
        assert versions.on_offer("seller", date(2026, 2, 1))[0] == later
        assert not versions.on_offer("seller", date(2026, 1, 4))

    def test_leaves_old_applications_under_their_own_version(self, room: Tenant) -> None:
        application = build.referred()
        build.publish(build.draft(quoted_rate=Decimal("0.0003")))

        offer = build.approve(application)

        assert (offer.version.number, offer.annual_rate) == (1, Decimal("0.219"))

    def test_ends_when_the_product_is_no_longer_sold(self, room: Tenant) -> None:
        version = build.product()

        products.offer_for_sale(
            actor=actor(Role.RISK_MANAGER),
            at=NOON,
            product_id=version.product_id,
            is_offered=False,
            reason="Replaced",
        )

        assert on_offer(on=ON) == []

    def test_lists_each_product_once(self, room: Tenant) -> None:
        build.product("order", quoted_rate=Decimal("0.0005"))
        build.product("seller")
        build.publish(build.draft("seller", max_term=120))

        assert [(version.product.code, version.number) for version in on_offer(on=ON)] == [
            ("order", 1),
            ("seller", 2),
        ]

    def test_stands_beside_the_rules_of_today_and_of_tomorrow(self, room: Tenant) -> None:
        build.rules()

        today, tomorrow = rules(on=ON)

        assert [rule.code for rule in today] == ["CN-MCL-2025-COST-24"] * 2
        assert [rule.code for rule in tomorrow] == [
            "CN-DISC-2026",
            "CN-MCL-2025-COST-4LPR",
            "CN-MCL-2025-COST-4LPR",
        ]
