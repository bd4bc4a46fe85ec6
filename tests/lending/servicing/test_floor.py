"""The repayment by hand that the action is measured against does the same work."""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest

from config.benchmarks.repay_by_hand import ByHand
from config.database import Role
from lending.models import Instalment, LoanPosition
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.lending.servicing import build

TODAY = build.ON.replace(month=2)


@pytest.fixture
def riverside(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="riverside", name="R", business_date=build.ON)


def test_leaves_the_rows_that_the_action_leaves(
    riverside: Tenant, connect: Callable[[Role], psycopg.Connection]
) -> None:
    with rooms.enter(riverside.pk):
        loans = [build.active("by-action"), build.active("by-hand")]
    with rooms.entered(riverside.pk):
        build.close_to(TODAY)

    with rooms.enter(riverside.pk):
        build.repay(loans[0], "1100.16")
    by_hand = ByHand(connect("app"), riverside.pk, "CNY", TODAY)
    by_hand.repay(loans[1].pk, Decimal("1100.16"), "by-hand")
    by_hand.connection.commit()

    with rooms.enter(riverside.pk):
        assert build.faults() == []
        for rows, own in ((LoanPosition, {"loan_id"}), (Instalment, {"id", "loan_id"})):
            columns = sorted({field.attname for field in rows._meta.local_fields} - own)
            left = [list(rows.objects.filter(loan=loan).values(*columns)) for loan in loans]
            assert left[0] == left[1]
