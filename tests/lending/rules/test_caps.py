"""Caps on cost are dated rules; a refusal names the rule and where it stands."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.caps import Cap, blocking, check
from lending.rules.cost import cost
from lending.rules.terms import DayCount, Method
from tests.lending.rules.build import days_terms, terms

TODAY = date(2026, 11, 22)
GUIDELINE = "PBoC and NFRA guideline, December 2025"


def cap(code: str, limit: str, basis: str, since: date, **more) -> Cap:
    return Cap(
        code=code,
        title=f"At most {limit}",
        source=GUIDELINE,
        basis=basis,
        cap=Decimal(limit),
        applies_to=more.pop("applies_to", "microloan_company"),
        effective_from=since,
        **more,
    )


CHINA = (
    cap("COST-24", "0.24", "nominal", date(2025, 12, 19)),
    cap("COST-24", "0.24", "effective", date(2025, 12, 19)),
    cap("COST-4LPR", "0.12", "nominal", date(2027, 12, 31)),
    cap("BANK-24", "0.24", "nominal", date(2025, 10, 1), applies_to="facilitated_by_platform"),
)
SELLER_LOAN = cost(days_terms("100000", "0.219", 180))
FOUR_A_MONTH = cost(
    terms("10000", "0.48", Method.INTEREST_ONLY, periods=12, day_count=DayCount.THIRTY_360)
)


class TestCheck:
    def test_four_percent_a_month_is_refused_naming_the_rule(self):
        found = blocking(check(FOUR_A_MONTH, CHINA, TODAY, "microloan_company"))

        assert [(v.code, v.basis, v.source, v.limit, round(v.got, 4)) for v in found] == [
            ("COST-24", "nominal", GUIDELINE, Decimal("0.24"), Decimal("0.4800")),
            ("COST-24", "effective", GUIDELINE, Decimal("0.24"), Decimal("0.6010")),
        ]

    def test_six_hundredths_a_day_is_allowed_today_with_a_warning_of_the_rule_to_come(self):
        [warning] = check(SELLER_LOAN, CHINA, TODAY, "microloan_company")

        assert (warning.code, warning.is_coming, warning.blocks) == ("COST-4LPR", True, False)
        assert warning.binds_from == date(2027, 12, 31)

    def test_six_hundredths_a_day_is_refused_once_twelve_percent_binds(self):
        found = blocking(check(SELLER_LOAN, CHINA, date(2028, 1, 1), "microloan_company"))

        assert [v.code for v in found] == ["COST-4LPR"]

    @pytest.mark.parametrize(
        ("basis", "limit", "is_broken"),
        [
            ("simple", "0.2190", False),
            ("nominal", "0.2190", False),
            ("effective", "0.2190", True),
            ("effective", "0.2311", True),
            ("effective", "0.2312", False),
        ],
    )
    def test_a_cap_is_measured_by_the_basis_it_names(self, basis, limit, is_broken):
        rule = cap("X", limit, basis, date(2020, 1, 1))

        assert bool(check(SELLER_LOAN, [rule], TODAY, "microloan_company")) is is_broken

    def test_rounding_interest_to_the_cent_does_not_break_a_cap(self):
        agreed = terms(
            "1000", "0.24", Method.EQUAL_PRINCIPAL, periods=7, day_count=DayCount.THIRTY_360
        )
        priced = cost(agreed)

        assert priced.nominal != Decimal("0.24")
        assert not check(priced, CHINA[:1], TODAY, "microloan_company")

    def test_rules_for_others_do_not_apply(self):
        assert not check(FOUR_A_MONTH, CHINA, TODAY, "village_cooperative")

    def test_rules_for_all_lenders_apply_to_everybody(self):
        rule = cap("ALL", "0.36", "nominal", date(2020, 1, 1), applies_to="all_lenders")

        assert check(FOUR_A_MONTH, [rule], TODAY, ["village_cooperative"])

    @pytest.mark.parametrize(("day", "binds"), [(30, True), (31, False)])
    def test_a_rule_binds_up_to_its_last_day(self, day, binds):
        rule = cap("OLD", "0.24", "nominal", date(2020, 1, 1), effective_to=date(2026, 10, 30))

        found = check(FOUR_A_MONTH, [rule], date(2026, 10, day), "microloan_company")

        assert bool(found) is binds

    def test_a_rule_may_only_warn(self):
        rule = cap("SOFT", "0.20", "nominal", date(2020, 1, 1), severity="warn")

        [found] = check(SELLER_LOAN, [rule], TODAY, "microloan_company")

        assert not found.blocks
