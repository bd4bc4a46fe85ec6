from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from lending.actions import disbursement, lines
from lending.actions.pricing import CostAboveCap
from lending.models import CreditLine, LineStatus, Loan, LoanStatus, PaymentOrder
from lending.models.line import TRANSITIONS
from lending.queries import exposure
from tenancy import room as rooms
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.lending import build
from tests.lending.build import NOON, ON, SYSTEM, actor
from tests.lending.servicing import build as servicing

LAST_DAY = date(2027, 1, 5)


def _paid(loan: Loan) -> Loan:
    servicing.books()
    servicing.callback(servicing.order_of(loan))
    return loan


class TestDraw:
    def test_makes_a_loan_that_waits_and_an_order_to_pay_it(self, room: Tenant) -> None:
        line = build.line()

        loan = build.draw(line, "10000")

        assert (loan.status, loan.principal, loan.line_id) == (
            LoanStatus.PENDING,
            Decimal(10_000),
            line.pk,
        )
        assert PaymentOrder.objects.get(loan=loan).amount == Decimal(10_000)

    def test_agrees_the_terms_of_the_line_on_the_day(self, room: Tenant) -> None:
        terms = build.draw(build.line(), on=date(2026, 3, 2)).frozen_terms

        assert (terms.annual_rate, terms.starts_on, terms.due_dates) == (
            Decimal("0.219"),
            date(2026, 3, 2),
            (date(2026, 8, 29),),
        )

    def test_is_made_once_for_a_key(self, room: Tenant) -> None:
        line = build.line()

        assert build.draw(line, "100000", key="k") == build.draw(line, "100000", key="k")
        assert Loan.objects.count() == 1

    def test_refuses_a_key_that_made_another_draw(self, room: Tenant) -> None:
        line = build.line()
        build.draw(line, "10000", key="k")

        with pytest.raises(disbursement.KeyTakenByAnotherLoan):
            build.draw(line, "10001", key="k")

    @pytest.mark.parametrize(
        ("amount", "expected"),
        [
            ("0", "at least 1000"),
            ("-5000", "at least 1000"),
            ("999.99", "at least 1000"),
            ("NaN", "at least 1000"),
            ("Infinity", "at least 1000"),
            ("5000.001", "at most 2 decimal places"),
        ],
    )
    def test_names_what_is_wrong_with_the_amount(
        self, room: Tenant, amount: str, expected: str
    ) -> None:
        line = build.line()

        with pytest.raises(Invalid) as refused:
            build.draw(line, amount)

        [error] = refused.value.errors
        assert (error.pointer, error.value, error.expected) == ("/amount", amount, expected)

    def test_says_what_is_left_of_the_limit(self, room: Tenant) -> None:
        line = build.line()
        build.draw(line, "60000")

        with pytest.raises(lines.HeadroomExceeded) as refused:
            build.draw(line, "40000.01")

        assert str(refused.value) == "40000 of the limit of 100000 is left"

    def test_is_possible_on_the_last_day_and_not_after(self, room: Tenant) -> None:
        line = build.line()

        assert build.draw(line, "1000", on=LAST_DAY).status == LoanStatus.PENDING
        with pytest.raises(lines.LineEnded):
            build.draw(line, "2000", on=LAST_DAY + timedelta(days=1))

    def test_is_refused_where_a_cap_has_come_into_force(self, room: Tenant) -> None:
        build.product(line_months=36)
        line = build.line()

        assert build.draw(line, "1000", on=date(2027, 12, 30)).status == LoanStatus.PENDING
        with pytest.raises(CostAboveCap):
            build.draw(line, "2000", on=date(2027, 12, 31))

    def test_is_not_for_a_collector(self, room: Tenant) -> None:
        line = build.line()

        with pytest.raises(Forbidden):
            build.draw(line, actor=actor(Role.COLLECTOR))

    def test_does_not_know_an_unknown_line(self, room: Tenant) -> None:
        with pytest.raises(NotFound):
            build.draw(CreditLine(id=uuid7()))


class TestHeadroom:
    def test_counts_money_on_its_way(self, room: Tenant) -> None:
        line = build.line()
        build.draw(line, "30000")

        assert exposure.headroom(line) == Decimal(70_000)

    def test_counts_a_loan_once_when_it_becomes_active(self, room: Tenant) -> None:
        line = build.line()
        _paid(build.draw(line, "30000"))

        assert exposure.headroom(line) == Decimal(70_000)

    def test_is_restored_by_repaid_principal(self, room: Tenant) -> None:
        line = build.line()
        loan = _paid(build.draw(line, "30000"))

        servicing.repay(loan, "20000", ON)

        assert exposure.headroom(line) == Decimal(90_000)
        assert build.draw(line, "90000").status == LoanStatus.PENDING

    def test_is_restored_when_the_payment_fails(self, room: Tenant) -> None:
        line = build.line()
        order = servicing.order_of(build.draw(line, "30000"))

        disbursement.fail(order=order, reason="Account closed", at=NOON, actor=SYSTEM)

        assert exposure.headroom(line) == Decimal(100_000)

    def test_is_not_restored_where_the_limit_is_paid_out_once(self, room: Tenant) -> None:
        build.product(redraws=False)
        line = build.line()
        loan = _paid(build.draw(line, "100000"))

        servicing.repay(loan, "100000", ON)

        assert exposure.headroom(line) == Decimal(0)


class TestPaidOutOnce:
    def test_takes_the_whole_limit_and_no_less(self, room: Tenant) -> None:
        build.product(redraws=False)
        line = build.line()

        with pytest.raises(Invalid), transaction.atomic():
            build.draw(line, "99999.99")

        assert build.draw(line, "100000").status == LoanStatus.PENDING


class TestFreeze:
    def _freeze(self, line: CreditLine, **changes: Any) -> CreditLine:
        facts = {
            "actor": actor(Role.SUPERVISOR),
            "at": NOON,
            "line_id": line.pk,
            "reason": "Court order",
        }
        return lines.freeze(**{**facts, **changes})

    def test_stops_draws_until_thawed(self, room: Tenant) -> None:
        line = build.line()
        self._freeze(line)

        with pytest.raises(lines.LineNotOpen), transaction.atomic():
            build.draw(line)

        lines.thaw(actor=actor(Role.SUPERVISOR), at=NOON, line_id=line.pk, reason="Settled")
        assert build.draw(line).status == LoanStatus.PENDING

    def test_cannot_bring_a_closed_line_back(self, room: Tenant) -> None:
        line = build.line()
        lines.close(actor=actor(Role.SUPERVISOR), at=NOON, line_id=line.pk, reason="Sold")

        with pytest.raises(lines.LineNotOpen):
            self._freeze(line)

    def test_is_not_for_the_platform(self, room: Tenant) -> None:
        line = build.line()

        with pytest.raises(Forbidden):
            self._freeze(line, actor=actor(Role.PLATFORM))

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (before, after)
            for before in LineStatus
            for after in LineStatus
            if after not in TRANSITIONS.get(before, set())
        ],
    )
    def test_follows_the_table(self, before: LineStatus, after: LineStatus) -> None:
        with pytest.raises(InvalidTransition):
            CreditLine(status=before).move_to(after)


class TestFrozen:
    @pytest.mark.parametrize(
        "attack",
        [
            'UPDATE lending_creditline SET "limit" = "limit" * 10',
            "UPDATE lending_creditline SET annual_rate = 0",
            "UPDATE lending_creditline SET ends_on = '2099-01-01'",
            "DELETE FROM lending_creditline",
        ],
    )
    def test_is_refused_to_raw_sql(self, room: Tenant, attack: str) -> None:
        build.line()

        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)


@pytest.mark.django_db(transaction=True)
class TestTwoDrawsAtOnce:
    """Two connections, each with its own transaction."""

    @pytest.fixture
    def tenant(self) -> Tenant:
        return Tenant.objects.create(slug="busy", name="Busy", business_date=ON)

    def _race(self, tenant: Tenant, *draws: dict[str, Any]) -> list[object]:
        start = Barrier(len(draws))

        def run(draw: dict[str, Any]) -> object:
            try:
                with rooms.enter(tenant.pk):
                    start.wait(timeout=10)
                    return build.draw(**draw).pk
            except lines.HeadroomExceeded as refused:
                return refused.code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(draws)) as pool:
            return list(pool.map(run, draws))

    def test_cannot_exceed_the_limit_together(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            line = build.line()

        outcomes = self._race(
            tenant, *({"on_line": line, "amount": "60000", "key": f"k{n}"} for n in range(4))
        )

        assert outcomes.count("line_headroom_exceeded") == 3
        with rooms.enter(tenant.pk):
            assert exposure.headroom(line) == Decimal(40_000)

    def test_with_one_key_make_one_loan(self, tenant: Tenant) -> None:
        with rooms.enter(tenant.pk):
            line = build.line()

        outcomes = self._race(
            tenant, *({"on_line": line, "amount": "60000", "key": "same"} for _ in range(4))
        )

        assert len(set(outcomes)) == 1
        with rooms.enter(tenant.pk):
            assert Loan.objects.count() == 1
