"""Merchants become borrowers when they first apply."""

import pytest

from lending.models import Borrower
from merchants.actions import firms
from merchants.models import Merchant
from tenancy.errors import Forbidden, NotFound
from tenancy.ids import uuid7
from tenancy.models import AuditEvent
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor


@pytest.mark.usefixtures("room")
class TestRegister:
    def test_makes_a_merchant_per_code_once(self) -> None:
        officer = actor(Role.OFFICER)

        first = firms.register(actor=officer, at=NOON, codes=["E2", "E1", "E2"])
        second = firms.register(actor=officer, at=NOON, codes=["E1", "E3"])

        assert sorted(Merchant.objects.values_list("code", flat=True)) == ["E1", "E2", "E3"]
        assert second["E1"] == first["E1"]
        assert AuditEvent.objects.filter(action="merchant.register").count() == 2

    def test_is_for_those_who_may(self) -> None:
        with pytest.raises(Forbidden):
            firms.register(actor=actor(Role.PLATFORM), at=NOON, codes=["E1"])


@pytest.mark.usefixtures("room")
class TestAsBorrower:
    def test_makes_the_borrower_once(self) -> None:
        officer = actor(Role.OFFICER)
        [merchant_id] = firms.register(actor=officer, at=NOON, codes=["E1"]).values()

        one = firms.as_borrower(actor=officer, at=NOON, merchant_id=merchant_id)
        two = firms.as_borrower(actor=officer, at=NOON, merchant_id=merchant_id)

        assert one == two == Borrower.objects.get()
        assert (one.kind, one.reference, one.name) == ("firm", "E1", "E1")
        assert Merchant.objects.get().borrower == one

    def test_refuses_a_merchant_that_is_not_there(self) -> None:
        with pytest.raises(NotFound):
            firms.as_borrower(actor=actor(Role.OFFICER), at=NOON, merchant_id=uuid7())
