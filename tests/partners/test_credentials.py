from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from partners.actions import banks, credentials
from partners.actions.banks import BankFacts
from partners.models import PartnerBank
from tenancy.actors import Actor
from tenancy.errors import Forbidden, Invalid
from tenancy.models import ApiClient, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.build import NOON, PUBLIC_KEY, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(room: Tenant) -> PartnerBank:
    return build.bank()


class TestBankOf:
    def test_knows_the_bank_by_its_live_credential(self, bank: PartnerBank) -> None:
        assert credentials.bank_of(build.actor_of(bank)) == bank

    @pytest.mark.parametrize("role", list(Role))
    def test_knows_no_person_and_no_system_as_a_bank(self, bank: PartnerBank, role: Role) -> None:
        build.credential(bank)

        for stranger in (
            actor(role),
            Actor(kind="user", id="harbour", name="x", role=role),
            Actor(kind="system", id="harbour", name="x", role=role),
        ):
            with pytest.raises(credentials.NotABank):
                credentials.bank_of(stranger)

    def test_knows_no_client_of_another_role(self, bank: PartnerBank) -> None:
        build.credential(bank)

        with pytest.raises(credentials.NotABank):
            credentials.bank_of(Actor("client", "harbour", "x", Role.PLATFORM))

    def test_forgets_a_revoked_credential(self, bank: PartnerBank) -> None:
        bank_actor = build.actor_of(bank)
        credential = credentials.credential_of(bank_actor)

        credentials.revoke(
            actor=actor(Role.ADMINISTRATOR),
            at=NOON,
            credential_id=credential.pk,
            reason="Lost",
        )

        with pytest.raises(credentials.NotABank):
            credentials.bank_of(bank_actor)

    def test_forgets_a_bank_that_is_no_longer_active(self, bank: PartnerBank) -> None:
        bank_actor = build.actor_of(bank)
        build.bank(is_active=False)

        with pytest.raises(credentials.NotABank):
            credentials.bank_of(bank_actor)


class TestKeys:
    def test_registers_the_client_so_that_the_door_finds_its_room(
        self, room: Tenant, bank: PartnerBank
    ) -> None:
        build.credential(bank, client_id="harbour-main")

        client = ApiClient.objects.get(client_id="harbour-main")
        assert (client.room_id, client.role) == (room.pk, Role.BANK)

    def test_change_over_without_a_gap(self, bank: PartnerBank) -> None:
        credential = build.credential(bank)
        who: dict[str, Any] = {
            "actor": actor(Role.RISK_MANAGER),
            "at": NOON,
            "credential_id": credential.pk,
        }

        both = credentials.add_key(**who, key={**PUBLIC_KEY, "kid": "second"})
        assert both.key_ids == ["first", "second"]
        with pytest.raises(credentials.TooManyKeys), transaction.atomic():
            credentials.add_key(**who, key={**PUBLIC_KEY, "kid": "third"})
        assert credentials.retire_key(**who, kid="first").key_ids == ["second"]
        with pytest.raises(Invalid):
            credentials.retire_key(**who, kid="second")

    @pytest.mark.parametrize(
        "keys",
        [
            [],
            [{**PUBLIC_KEY, "d": "private"}],
            [{"kty": "oct", "k": "shared", "kid": "a"}],
            [{key: value for key, value in PUBLIC_KEY.items() if key != "kid"}],
            [PUBLIC_KEY, PUBLIC_KEY],
            [{**PUBLIC_KEY, "kid": str(number)} for number in range(3)],
            ["text"],
        ],
    )
    def test_are_public_named_and_at_most_two(self, bank: PartnerBank, keys: list[Any]) -> None:
        with pytest.raises(Invalid):
            build.credential(bank, jwks={"keys": keys})

    def test_are_refused_by_the_database_with_a_private_part(self, bank: PartnerBank) -> None:
        build.credential(bank)

        with (
            pytest.raises(IntegrityError, match="partners_credential_public_keys"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE partners_bankcredential "
                """SET jwks = '{"keys": [{"kid": "a", "kty": "EC", "d": "secret"}]}'"""
            )

    def test_of_one_client_id_are_one_bank_s(self, bank: PartnerBank) -> None:
        build.credential(bank, client_id="same")

        with pytest.raises(Invalid, match="credential"):
            build.credential(build.bank("coast"), client_id="same")


class TestBanks:
    @pytest.mark.parametrize("role", [Role.OFFICER, Role.BANK, Role.FINANCE])
    def test_are_taken_on_by_those_who_negotiate(self, room: Tenant, role: Role) -> None:
        with pytest.raises(Forbidden):
            banks.register(actor=actor(role), at=NOON, code="x", facts=BankFacts(name="X"))

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"sla_minutes": 0}, "/sla_minutes"),
            ({"requests_per_minute": 0}, "/requests_per_minute"),
            ({"is_local": True, "region": ""}, "/region"),
            ({"currency": "XXY"}, "/currency"),
            ({"opens_at": NOON.time()}, "/closes_at"),
            ({"opens_at": NOON.time(), "closes_at": NOON.time()}, "/closes_at"),
        ],
    )
    def test_name_what_does_not_fit(
        self, room: Tenant, wrong: dict[str, Any], pointer: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            build.bank(**wrong)

        assert [error.pointer for error in refused.value.errors] == [pointer]
