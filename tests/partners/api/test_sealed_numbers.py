"""Personal numbers reach a bank masked, and in full only sealed to the key that it registered."""

from typing import Any

import pytest
from django.utils import timezone
from joserfc import jwe
from joserfc.jwk import ECKey

from lending.models import Borrower
from partners.actions import credentials
from partners.models import BankCredential, PartnerBank
from tenancy import room
from tenancy.errors import Invalid
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.partners.api.co_lent import Lent, asked_for
from tests.partners.api.program import Program
from tests.tasks import SentTasks
from tests.tenancy.build import actor

NUMBER, PHONE = "330106198001011234", "13800001111"
KEY = ECKey.generate_key("P-256")


def register(tenant: Tenant, key: dict[str, Any] | None) -> None:
    with room.enter(tenant.pk):
        credentials.set_encryption_key(
            actor=actor(Role.RISK_MANAGER), at=timezone.now(),
            credential_id=BankCredential.objects.get().pk, key=key,
        )  # fmt: skip


@pytest.fixture
def lent(riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks) -> Lent:
    """A loan to somebody with an ID number and a telephone."""
    lent = asked_for(riverside, harbour)
    with room.enter(riverside.pk):
        borrower = Borrower.objects.get()
        borrower.id_number, borrower.phone = NUMBER, PHONE
        borrower.save()
    return lent


def borrower_of(program: Program, lent: Lent) -> dict[str, Any]:
    answer = program.get(f"loans/{lent.loan_id}")
    assert NUMBER not in answer.text
    return dict(answer.json()["borrower"])


def opened(token: str) -> str:
    found = jwe.decrypt_compact(token, KEY, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    assert found.plaintext is not None
    return found.plaintext.decode()


def test_are_masked_without_a_key(program: Program, lent: Lent) -> None:
    told = borrower_of(program, lent)
    assert told["id_no_masked"].endswith("1234")
    assert told["id_no_masked"].count("*") > 8
    assert (told["id_no_enc"], told["phone_enc"]) == (None, None)


def test_are_sealed_to_the_registered_key(program: Program, lent: Lent, riverside: Tenant) -> None:
    register(riverside, KEY.as_dict(private=False))
    told = borrower_of(program, lent)
    assert (opened(told["id_no_enc"]), opened(told["phone_enc"])) == (NUMBER, PHONE)
    with room.enter(riverside.pk):
        action = "bank_credential.set_encryption_key"
        assert AuditEvent.objects.filter(action=action).count() == 1


def test_are_masked_again_once_the_key_is_taken_away(
    program: Program, lent: Lent, riverside: Tenant
) -> None:
    register(riverside, KEY.as_dict(private=False))
    register(riverside, None)
    assert borrower_of(program, lent)["id_no_enc"] is None


def test_are_sealed_to_no_private_key(program: Program, riverside: Tenant) -> None:
    with pytest.raises(Invalid) as refused:
        register(riverside, KEY.as_dict(private=True))
    assert [error.pointer for error in refused.value.errors] == ["/key"]
