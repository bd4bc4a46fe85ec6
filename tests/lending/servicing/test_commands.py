"""`close`, `verify` and the synthetic portfolio, as scripts see them."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.synthetic import portfolio
from config.synthetic.shapes import draws, instalment_loans
from lending.actions import close
from lending.models import Instalment, Loan, LoanPosition, ProductVersion
from tests.lending.servicing import build


def run(*arguments: str) -> dict:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


class TestClose:
    def test_says_what_each_step_did(self, room):
        build.active()

        told = run("close", "--tenant", "riverside", "--to", "2026-01-07")

        assert (told["business_date"], told["days"]) == ("2026-01-07", 3)
        assert set(told["steps"]) == {"classes", "due", "interest", "penalties", "proofs"}
        assert told["steps"]["interest"]["rows"] == 2

    def test_closes_one_day_unless_told(self, room):
        run("close", "--tenant", "riverside")

        assert close.business_date().day == 6

    def test_names_a_tenant_that_there_is_not(self, room):
        with pytest.raises(CommandError, match="no tenant 'nobody'"):
            run("close", "--tenant", "nobody")

    def test_says_why_it_refuses(self, room):
        with pytest.raises(CommandError, match="closed already"):
            run("close", "--tenant", "riverside", "--to", "2026-01-01")


class TestVerify:
    def test_holds_for_what_the_actions_made(self, room):
        loan = build.active()
        build.close_to(build.ON.replace(month=2))
        build.repay(loan, "500")

        told = run("verify", "--tenant", "riverside")

        assert all(told["proofs"].values())
        assert told["failures"] == []

    @pytest.mark.parametrize(
        ("rows", "change", "proof"),
        [
            (Instalment, {"principal_due": Decimal(1)}, "instalments_equal_fold"),
            (LoanPosition, {"interest_paid": Decimal(1)}, "positions_equal_fold"),
        ],
    )
    def test_names_each_row_that_was_changed(self, room, rows, change, proof):
        loan = build.active()
        rows.objects.update(**change)

        out = StringIO()
        with pytest.raises(SystemExit) as left:
            call_command("verify", "--json", stdout=out, stderr=StringIO())

        told = json.loads(out.getvalue())
        assert left.value.code == 1
        assert not told["proofs"][proof]
        assert loan.number in told["failures"][0]["row"]


class TestSyntheticPortfolio:
    def test_holds_every_proof(self, room):
        build.ready()
        shapes = [
            *draws(room.business_date, "CNY", 3, seed=1),
            *instalment_loans(room.business_date, "CNY", 5, seed=1),
            *instalment_loans(room.business_date, "CNY", 2, seed=2, due_today=True),
        ]

        for _ in range(2):
            portfolio.plant(
                shapes,
                25,
                version=ProductVersion.objects.get(),
                actor=build.SYSTEM,
                at=build.NOON,
            )

        assert Loan.objects.count() == 50
        assert build.faults() == []

    def test_goes_on_living_like_any_other(self, room):
        build.ready()
        shapes = list(instalment_loans(room.business_date, "CNY", 5, seed=3))
        portfolio.plant(
            shapes,
            5,
            version=ProductVersion.objects.get(),
            actor=build.SYSTEM,
            at=build.NOON,
        )

        build.close_to(room.business_date.replace(month=2))
        for loan in Loan.objects.all():
            build.repay(loan, "250")

        assert build.faults() == []
