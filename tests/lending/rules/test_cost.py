"""Annualised cost, by the figures of the People's Bank's notice on showing it."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.calendar import Unit
from lending.rules.cost import CostUnknown, borrower_flows, cost
from lending.rules.cost_table import cost_table
from lending.rules.fees import Fee, Timing
from lending.rules.terms import DayCount, Interest, Method
from tests.lending.rules.build import START, days_terms, terms


def percent(rate: Decimal) -> str:
    return f"{rate * 100:.2f}"


def monthly(rate: str, method: Method, *fees: Fee, **options):
    """Twelve months of 10,000; a month is a twelfth of a year."""
    return terms(
        options.pop("principal", "10000"),
        rate,
        method,
        periods=12,
        day_count=DayCount.THIRTY_360,
        fees=fees,
        **options,
    )


def upfront(rate: str) -> Fee:
    return Fee("service", "Service fee", Timing.UPFRONT, rate=Decimal(rate), collected_by="agent")


class TestAnnualisedCost:
    @pytest.mark.parametrize(
        ("agreed", "simple", "nominal", "effective", "total"),
        [
            # 0.05 % a day for 30 days on 10,000: 150 of interest
            (days_terms("10000", "0.1825", 30), "18.25", "18.25", "19.86", "150.00"),
            # 0.06 % a day, 180 days, all at the end
            (days_terms("100000", "0.219", 180), "21.90", "21.90", "23.12", "10800.00"),
            # "7.2 %": 12,000, 72 a month, flat
            (
                monthly(
                    "0.072", Method.EQUAL_PRINCIPAL, interest=Interest.FLAT, principal="12000"
                ),
                "13.35",
                "13.03",
                "13.84",
                "864.00",
            ),
            # 4 % a month, interest monthly, principal at the end
            (monthly("0.48", Method.INTEREST_ONLY), "48.00", "48.00", "60.10", "4800.00"),
        ],
        ids=["order loan", "seller loan", "flat 7.2 %", "4 % a month"],
    )
    def test_rates_are_those_of_the_notice(self, agreed, simple, nominal, effective, total):
        priced = cost(agreed)

        assert percent(priced.simple) == simple
        assert percent(priced.nominal) == nominal
        assert percent(priced.effective) == effective
        assert priced.total == Decimal(total)

    @pytest.mark.parametrize(
        ("fee", "nominal", "effective"), [("0.03", "23.91", "26.71"), ("0.05", "28.00", "31.89")]
    )
    def test_an_upfront_fee_counts_as_money_never_received(self, fee, nominal, effective):
        agreed = monthly(
            "0.1800",
            Method.EQUAL_INSTALMENT,
            upfront(fee),
            fixed_instalment=Decimal("916.80"),
        )

        priced = cost(agreed)

        assert (percent(priced.nominal), percent(priced.effective)) == (nominal, effective)

    @pytest.mark.parametrize("days", [1, 7, 12, 30, 180, 365])
    def test_simple_cost_of_a_bullet_is_its_contractual_rate(self, days):
        assert percent(cost(days_terms("1000000", "0.1825", days)).simple) == "18.25"

    def test_xirr_counts_the_real_days(self):
        priced = cost(monthly("0.48", Method.INTEREST_ONLY))

        assert percent(priced.effective) == "60.10"
        assert percent(priced.xirr) == "60.18"

    def test_a_loan_without_cost_costs_nothing(self):
        priced = cost(days_terms("1000", "0", 30))

        assert priced.total == 0
        assert percent(priced.effective) == percent(priced.simple) == "0.00"

    def test_fees_that_eat_the_principal_have_no_rate(self):
        with pytest.raises(CostUnknown):
            cost(monthly("0.10", Method.EQUAL_INSTALMENT, upfront("1.00")))

    def test_an_uneven_schedule_is_priced_by_its_real_dates(self):
        due = (date(2026, 2, 20), date(2026, 4, 1), date(2026, 9, 9))

        priced = cost(terms("9000", "0.12", Method.EQUAL_PRINCIPAL, due_dates=due))

        assert priced.effective == priced.xirr
        assert percent(priced.simple) == "12.00"


class TestBorrowerFlows:
    def test_name_who_receives_what(self):
        flows = borrower_flows(
            terms(
                "9000", "0.12", Method.BULLET, periods=1, unit=Unit.YEARS, fees=(upfront("0.01"),)
            ),
            lender="Riverside",
        )

        assert [(f.on, f.amount, f.item, f.party) for f in flows] == [
            (START, Decimal("9000"), "principal", "Riverside"),
            (START, Decimal("-90.00"), "service", "agent"),
            (date(2027, 1, 5), Decimal("-9000"), "principal", "Riverside"),
            (date(2027, 1, 5), Decimal("-1080.00"), "interest", "Riverside"),
        ]


class TestCostTable:
    def table(self):
        fees = (
            upfront("0.02"),
            Fee("account", "Account fee", Timing.INSTALMENT, amount=Decimal(5)),
            Fee("dunning", "Reminder", Timing.DEFAULT, amount=Decimal(20)),
        )
        agreed = monthly("0.12", Method.EQUAL_PRINCIPAL, *fees, penalty_rate=Decimal("0.06"))
        return cost_table(agreed, lender="Riverside")

    def test_lists_every_item_with_how_and_by_whom_it_is_collected(self):
        lines = [
            (i.code, i.formula, i.rate, i.fixed, i.amount, i.collection, i.collected_by)
            for i in self.table().items
        ]

        assert lines == [
            (
                "interest",
                "daily_on_outstanding",
                Decimal("0.12"),
                None,
                Decimal("650.00"),
                "with_each_instalment",
                "Riverside",
            ),
            (
                "service",
                "share_of_principal",
                Decimal("0.02"),
                None,
                Decimal("200.00"),
                "withheld_from_disbursement",
                "agent",
            ),
            (
                "account",
                "fixed",
                None,
                Decimal("5"),
                Decimal("60.00"),
                "with_each_instalment",
                "Riverside",
            ),
        ]

    def test_items_add_up_to_the_total_in_money(self):
        table = self.table()

        assert sum(item.amount for item in table.items) == table.total == Decimal("910.00")

    def test_annualises_each_item_alone(self):
        annual = {item.code: percent(item.annual) for item in self.table().items}

        assert annual == {"interest": "12.74", "service": "3.83", "account": "1.12"}

    def test_names_what_is_charged_in_default_and_nothing_else(self):
        table = self.table()

        assert [(i.code, i.rate, i.fixed) for i in table.default_items] == [
            ("penalty", Decimal("0.06"), None),
            ("dunning", None, Decimal("20")),
        ]
        assert table.statement == "no_other_charges"

    def test_travels_as_decimal_strings(self):
        body = self.table().to_json()

        assert body["total"] == "910.00"
        assert body["items"][0]["rate"] == "0.12"
        assert body["starts_on"] == "2026-01-05"
