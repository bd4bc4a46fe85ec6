"""Money attacked through the doors: too much, too fine, too late, twice, and all at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.db import connections, transaction

from lending.actions import payments, products, repayment
from lending.models import CreditLine, Loan, LoanEvent, LoanStatus, PaymentOrder, RailMessage
from lending.rails.protocol import Outcome
from tenancy import room
from tenancy.errors import Invalid, NotFound
from tenancy.models import Tenant
from tests.adversary.test_killed import faults
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.lender import yuan
from tests.lending import build as origination
from tests.lending.servicing import build
from tests.tasks import SentTasks


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait(timeout=30)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def posting(platform: Platform, path: str, body: Any, key: str) -> Callable[[], httpx.Response]:
    headers = {"Authorization": f"Bearer {platform.token}", "Idempotency-Key": key}
    url = str(platform.http.base_url.join(f"/api/v1/{path}"))
    return lambda: httpx.post(url, json=body, headers=headers, timeout=60)


class TestAtOnce:
    def test_draws_never_pass_the_limit_together(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        line = at.open_line(lender, platform, sent_tasks)
        path = f"credit-lines/{line['id']}/draws"
        body = {"amount": yuan("30000.00")}

        answers = at_once([posting(platform, path, body, f"d{n}") for n in range(8)])

        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
        assert platform.get(f"credit-lines/{line['id']}").json()["available"] == yuan("10000.00")

    def test_acceptances_open_one_line(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        offer = at.approve(lender, at.apply(platform)["id"], sent_tasks)
        path, body = f"offers/{offer['id']}/acceptance", {"cost_hash": offer["cost_hash"]}

        answers = at_once([posting(platform, path, body, f"a{n}") for n in range(6)])

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        with room.enter(lender.pk):
            assert CreditLine.objects.count() == 1

    def test_repayments_count_once_per_key(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        loan = at.draw(lender, platform, sent_tasks)
        path, body = f"loans/{loan['id']}/repayments", {"amount": yuan("4000.00")}

        answers = at_once([posting(platform, path, body, f"r{n % 3}") for n in range(9)])

        assert {answer.status_code for answer in answers} <= {201, 409}
        loan = platform.get(f"loans/{loan['id']}").json()
        events = [event["kind"] for event in loan["events"]]
        done = len({answer.json()["event_id"] for answer in answers if answer.status_code == 201})
        assert events == ["disbursed"] + ["repaid"] * done
        overpaid = Decimal(4000 * done) - 10_000
        assert Decimal(loan["balances"]["overpaid"]["amount"]) == max(overpaid, Decimal(0))
        assert faults(lender) == {}

    def test_yes_and_no_from_the_rail_leave_one_outcome(self, lender: Tenant) -> None:
        with room.enter(lender.pk):
            build.ready()
            origination.borrower()
            order = build.order_of(build.pending())

        def say(outcome: Outcome, message_id: str) -> Callable[[], str]:
            def act() -> str:
                with room.enter(lender.pk):
                    told = build.callback(order, outcome=outcome, message_id=message_id)
                    return str(told.disposition)

            return act

        said = at_once([say(list(Outcome)[n % 2], f"m{n // 2}-{n % 2}") for n in range(6)])

        assert sorted(said) == ["APPLIED", *["REPEATED"] * 2, *["SET_ASIDE"] * 3]
        with room.enter(lender.pk):
            paid_out = LoanEvent.objects.count()
            expected = LoanStatus.ACTIVE if paid_out else LoanStatus.CANCELLED
            assert Loan.objects.get().status == expected
        assert faults(lender) == {}


class TestRepayment:
    def test_of_a_loan_that_waits_or_was_cancelled_is_refused(
        self, platform: Platform, lender: Tenant, sent_tasks: SentTasks
    ) -> None:
        line = at.open_line(lender, platform, sent_tasks)
        drawn = platform.post(f"credit-lines/{line['id']}/draws", {"amount": yuan("1000")})
        path = f"loans/{drawn.json()['id']}/repayments"
        for status in ("PENDING", "CANCELLED"):
            assert platform.get(path.removesuffix("/repayments")).json()["status"] == status
            answer = platform.post(path, {"amount": yuan("1.00")})
            assert (answer.status_code, answer.json()["code"]) == (409, "loan_status")
            with room.enter(lender.pk):
                order = PaymentOrder.objects.get()
                if not order.is_final:
                    payments.void(order_id=order.pk, reason="x", at=build.NOON, actor=build.SYSTEM)

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": yuan("-1.00")},
            {"amount": yuan("-0.00")},
            {"amount": yuan("1.001")},
            {"amount": {"amount": "1.00", "currency": "USD"}},
            {"amount": {"amount": "1.00", "currency": "cny"}},
            {"amount": {"amount": "1,00", "currency": "CNY"}},
            {"amount": {"amount": "１.00", "currency": "CNY"}},
            {"amount": {"amount": "1.00\n", "currency": "CNY"}},
            {"amount": yuan("1.00"), "value_date": "2026-01-04"},
            {"amount": yuan("1.00"), "value_date": "9999-12-31"},
            {"amount": yuan("1.00"), "value_date": "0001-01-01"},
            {"amount": yuan("1.00"), "value_date": None},
        ],
        ids=str,
    )
    def test_of_what_is_no_money_of_this_loan_is_refused(
        self, platform: Platform, ids: dict[str, str], body: dict[str, Any]
    ) -> None:
        assert platform.post(f"loans/{ids['loan']}/repayments", body).status_code == 422


class TestCurrencies:
    @pytest.mark.parametrize(
        ("currency", "good", "bad"),
        [("JPY", "100000", "100000.5"), ("KWD", "2000.125", "2000.1255")],
    )
    def test_have_their_own_decimals_everywhere(
        self, room: Tenant, currency: str, good: str, bad: str
    ) -> None:
        origination.rules()
        origination.publish(origination.draft("seller", currency=currency))
        origination.borrower()
        facts: dict[str, Any] = {"currency": currency, "amount": Decimal(bad)}
        with pytest.raises(Invalid), transaction.atomic():
            origination.submit(**facts)
        asked = origination.submit(**{**facts, "amount": Decimal(good)})
        origination.decide(asked)
        with pytest.raises(Invalid), transaction.atomic():
            origination.approve(asked, amount=Decimal(bad))
        line = origination.accept(origination.approve(asked))
        with pytest.raises(Invalid), transaction.atomic():
            origination.draw(line, bad)
        assert origination.draw(line, good).principal == Decimal(good)

    def test_are_not_taken_from_a_table_of_our_own(self, room: Tenant) -> None:
        with pytest.raises(Invalid):
            products.draft(
                actor=build.SYSTEM, at=build.NOON, code="x", name="X", name_zh="X",
                configuration=origination.configuration(currency="XXX"), effective_from=build.ON,
            )  # fmt: skip


class TestReversal:
    @pytest.fixture
    def loan(self, room: Tenant) -> Loan:
        return build.active()

    def reverse(self, loan: Loan, event_id: Any, key: str) -> Any:
        return repayment.reverse(
            loan_id=loan.pk, event_id=event_id, key=key, reason="x", at=build.NOON,
            actor=build.SYSTEM,
        )  # fmt: skip

    def test_of_a_reversal_is_refused(self, loan: Loan) -> None:
        undone = self.reverse(loan, build.repay(loan, "100").event.id, "v1")
        with pytest.raises(repayment.NotReversible):
            self.reverse(loan, undone.event.id, "v2")

    def test_of_another_loans_receipt_is_refused(self, loan: Loan) -> None:
        booked = build.repay(loan, "100")
        with pytest.raises(NotFound):
            self.reverse(build.active("draw-2"), booked.event.id, "v1")


class TestCollection:
    """Money that the rail fetched from the borrower is never refused: it has really moved."""

    @pytest.fixture
    def order(self, room: Tenant) -> PaymentOrder:
        loan = build.active()
        build.close_to(date(2026, 2, 5))
        return payments.collect(
            loan_id=loan.pk, amount=Decimal(500), on=date(2026, 2, 5), at=build.NOON,
            actor=build.SYSTEM, key="k",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("said", "booked"),
        [
            (date(2026, 2, 6), date(2026, 2, 5)),
            (date(2025, 12, 31), build.ON),
            (date.max, date(2026, 2, 5)),
            (date(2026, 2, 1), date(2026, 2, 1)),
        ],
    )
    def test_counts_on_a_day_that_the_books_have(
        self, order: PaymentOrder, said: date, booked: date
    ) -> None:
        assert build.callback(order, on=said).disposition == "APPLIED"
        assert LoanEvent.objects.get(kind="repaid").effective_on == booked
        assert build.faults() == []

    def test_answered_before_it_was_marked_as_sent_stays_answered(
        self, order: PaymentOrder
    ) -> None:
        build.callback(order)
        assert payments.sent(order_id=order.pk, at=build.NOON).status == "POSTED"
        assert RailMessage.objects.filter(reference=order.reference).count() == 1
