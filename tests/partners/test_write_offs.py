"""A difference that is given up: two people, and the books."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.actions import chart
from ledger.models import Posting
from partners.actions import breaks, writing_off
from partners.models import Break
from tenancy.actions import approvals
from tenancy.errors import Forbidden
from tenancy.models import ApprovalRequest
from tenancy.roles import Role
from tests.partners.settling import ON, SYSTEM, only_break, receipts, settled, taken
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.usefixtures("room")
REASON = "Not worth the letters"
CHECKER = actor(Role.SUPERVISOR)


@pytest.fixture
def found() -> Break:
    """The bank counts 1,000.00 of principal more than we do."""
    chart.open_accounts(currency="CNY", actor=SYSTEM, at=NOON)
    settled(receipts(1))
    theirs = receipts(1)[0]
    taken([replace(theirs, partner_principal=theirs.partner_principal + 1_000)])
    return only_break()


def ask(found: Break) -> ApprovalRequest:
    return writing_off.ask(actor=actor(Role.FINANCE), at=NOON, break_id=found.pk, reason=REASON)


def test_is_booked_when_a_second_person_approves(found):
    request = ask(found)
    assert only_break().status == "OPEN"

    done = writing_off.approve(actor=CHECKER, at=NOON, on=ON, request_id=request.pk)

    assert (done.status, done.resolution) == ("WRITTEN_OFF", REASON)
    booked = dict(Posting.objects.values_list("account__code", "amount"))
    assert booked == {"5100": Decimal(1_000), "2310": Decimal(-1_000)}


def test_approved_twice_is_booked_once(found):
    request = ask(found)

    for _ in range(2):
        writing_off.approve(actor=CHECKER, at=NOON, on=ON, request_id=request.pk)

    assert Posting.objects.count() == 2


def test_needs_another_person(found):
    request = ask(found)

    with pytest.raises(approvals.SamePerson):
        writing_off.approve(actor=actor(Role.FINANCE), at=NOON, on=ON, request_id=request.pk)


def test_is_asked_for_by_finance(found):
    with pytest.raises(Forbidden):
        writing_off.ask(actor=CHECKER, at=NOON, break_id=found.pk, reason=REASON)


def test_is_too_late_once_it_is_explained(found):
    request = ask(found)
    breaks.resolve(actor=actor(Role.FINANCE), at=NOON, break_id=found.pk, explanation="Found it")

    with pytest.raises(breaks.BreakExplained):
        writing_off.approve(actor=CHECKER, at=NOON, on=ON, request_id=request.pk)


def test_shows_that_it_waits(found):
    assert writing_off.open_request(found) is None

    asked = ask(found)

    assert writing_off.open_request(found) == asked
