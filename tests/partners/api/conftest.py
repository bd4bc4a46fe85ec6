"""A live server, lenders with partner banks, and the banks' programs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey
from pytest_django.live_server_helper import LiveServer

from partners.models import PartnerBank
from tenancy import room
from tenancy.models import Tenant
from tests.api import build as api_build
from tests.partners import build
from tests.partners.api.program import Program
from tests.partners.bank_keys import key_set_of

Connect = Callable[..., Program]


@pytest.fixture
def riverside(transactional_db: None) -> Tenant:
    """The lender that most banks work with."""
    return api_build.tenant("riverside")


@pytest.fixture
def harbour(riverside: Tenant) -> PartnerBank:
    """Riverside's partner bank."""
    return bank_of(riverside, "harbour")


def bank_of(tenant: Tenant, code: str, **facts: Any) -> PartnerBank:
    """A partner bank of a lender."""
    with room.enter(tenant.pk):
        return build.bank(code, **facts)


@pytest.fixture
def program_of(live_server: LiveServer) -> Iterator[Connect]:
    """A function that gives a bank a credential and a program; all hang up after the test."""
    programs: list[Program] = []

    def connect(tenant: Tenant, bank: PartnerBank, *more_keys: ECKey) -> Program:
        key = ECKey.generate_key("P-256")
        client_id = f"{tenant.slug}-{bank.code}"
        with room.enter(tenant.pk):
            build.credential(bank, client_id=client_id, jwks=key_set_of(key, *more_keys))
        programs.append(Program(live_server.url, client_id, key))
        return programs[-1]

    yield connect
    for each in programs:
        each.close()


@pytest.fixture
def program(program_of: Connect, riverside: Tenant, harbour: PartnerBank) -> Program:
    """Harbour's program, with a token."""
    return program_of(riverside, harbour).sign_in()
