"""The furnished house, and browsers of the people in it."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tenancy.roles import Role
from tests.backoffice import house
from tests.tasks import SentTasks

SignIn = Callable[[Role], Client]


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Settings, tmp_path: object) -> None:
    """Hash quickly: what is tested is not PBKDF2."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DOCUMENT_ROOT = tmp_path
    # A rail that always pays at once: how badly one can behave is another test's matter.
    settings.PAYMENT_SANDBOX = {**settings.PAYMENT_SANDBOX, "odds": {}}


@pytest.fixture
def furnished(db: None, sent_tasks: SentTasks) -> house.House:
    tenant = house.tenant()
    house.people(tenant)
    return house.furnish(tenant, sent_tasks)


@pytest.fixture
def sign_in(furnished: house.House) -> SignIn:
    return lambda role: house.signed_in(furnished.tenant, role)
