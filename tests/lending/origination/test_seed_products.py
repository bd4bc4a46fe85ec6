"""The products of the seed, each as configuration, with the figures that they must show."""

from decimal import Decimal
from typing import Any

import pytest

from lending.actions import pricing
from lending.models import ProductVersion
from lending.rules.terms import Terms
from tenancy.models import Tenant
from tests.lending import build
from tests.lending.build import ON

MILLION = Decimal(1_000_000)
# S-20: backed by shipped orders, 0.05 % a day, thirty days at most.
ORDER: dict[str, Any] = {
    "quoted_rate": Decimal("0.0005"),
    "min_amount": Decimal(1_000),
    "max_amount": MILLION,
    "min_term": 1,
    "max_term": 30,
}
# S-21: 0.06 % a day, six months.
SELLER: dict[str, Any] = {"min_term": 180, "max_term": 180, "max_amount": MILLION}
# S-22: a year in which to draw and repay, 0.06 % for the days drawn.
REVOLVING: dict[str, Any] = {
    "method": "revolving",
    "min_amount": Decimal(50_000),
    "max_amount": MILLION,
    "min_draw": Decimal(1),
    "term_unit": "months",
    "min_term": 12,
    "max_term": 12,
}
# S-23: the same sizes, paid out at once, 0.05 % a day.
FIXED: dict[str, Any] = {
    **REVOLVING,
    "method": "bullet",
    "quoted_rate": Decimal("0.0005"),
    "redraws": False,
}
# S-24: equal instalments over 3 to 12 months, or monthly interest and the principal at the end.
MEMBER: dict[str, Any] = {
    "method": "equal_instalment",
    "quoted_rate": Decimal("0.0005"),
    "min_amount": Decimal(1_000),
    "max_amount": Decimal(500_000),
    "term_unit": "months",
    "min_term": 3,
    "max_term": 12,
}


class TestPublishing:
    @pytest.mark.parametrize(
        "configuration",
        [
            pytest.param(ORDER, id="S-20"),
            pytest.param(SELLER, id="S-21"),
            pytest.param(REVOLVING, id="S-22"),
            pytest.param(FIXED, id="S-23"),
            pytest.param(MEMBER, id="S-24"),
            pytest.param({**MEMBER, "method": "interest_only"}, id="S-24 interest only"),
        ],
    )
    def test_is_allowed_today_with_a_warning_of_the_rule_to_come(
        self, room: Tenant, configuration: dict[str, Any]
    ) -> None:
        version = build.product(**configuration)

        assert version.is_published
        assert {warning["rule"] for warning in version.warnings} == {"CN-MCL-2025-COST-4LPR"}

    def test_of_0_06_per_cent_a_day_repaid_every_month_is_above_the_cap(
        self, room: Tenant
    ) -> None:
        # 21.9 % paid monthly compounds to 24.23 %: what is lawful at maturity is not by the month.
        build.rules()
        version = build.draft(**{**MEMBER, "quoted_rate": Decimal("0.0006")})

        with pytest.raises(pricing.CostAboveCap):
            build.publish(version)


class TestFigures:
    @pytest.mark.parametrize(
        ("configuration", "principal", "term", "total", "simple", "xirr"),
        [
            pytest.param(ORDER, 100_000, 30, "1500.00", "0.1825", "0.1986", id="S-20"),
            pytest.param(ORDER, 8_000, 12, "48.00", "0.1825", "0.1996", id="S-20 12 days"),
            pytest.param(SELLER, 100_000, 180, "10800.00", "0.2190", "0.2312", id="S-21"),
            pytest.param(REVOLVING, 50_000, 12, "10950.00", "0.2190", "0.2190", id="S-22"),
            pytest.param(FIXED, 50_000, 12, "9125.00", "0.1825", "0.1825", id="S-23"),
        ],
    )
    def test_are_those_of_the_cost_table(
        self,
        room: Tenant,
        configuration: dict[str, Any],
        principal: int,
        term: int,
        total: str,
        simple: str,
        xirr: str,
    ) -> None:
        version = build.product(**configuration)

        table = pricing.disclose(_terms(version, principal, term), on=ON, lender="Riverside")

        assert table["total"] == total
        assert f"{Decimal(table['simple']):.4f}" == simple
        assert f"{Decimal(table['xirr']):.4f}" == xirr


def _terms(version: ProductVersion, principal: int, term: int) -> Terms:
    return version.terms(
        principal=Decimal(principal),
        annual_rate=version.annual_rate,
        term=term,
        starts_on=ON,
    )
