"""A live server, and programs that call it over HTTP."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tenancy.models import Tenant
from tenancy.roles import Role
from tests.api import build
from tests.api.lender import open_for_business

Connect = Callable[..., build.Platform]


@pytest.fixture(autouse=True)
def _fast_secrets(settings: Settings) -> None:
    """Hash client secrets quickly, and let the rail behave: what is tested is neither."""
    settings.PAYMENT_SANDBOX = {**settings.PAYMENT_SANDBOX, "odds": {}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _dependable_rail(settings: Settings) -> None:
    """Let the sandbox pay what it is told, at once."""
    settings.PAYMENT_SANDBOX = {**settings.PAYMENT_SANDBOX, "odds": {}, "seconds": 0}


@pytest.fixture
def riverside(transactional_db: None) -> Tenant:
    """The lender that most tests speak to."""
    return build.tenant("riverside")


@pytest.fixture
def connect_as(live_server: LiveServer) -> Iterator[Connect]:
    """A function that connects a new client of a tenant; all hang up after the test."""
    connected: list[build.Platform] = []

    def connect(tenant: Tenant, role: Role = Role.PLATFORM) -> build.Platform:
        connected.append(build.Platform(live_server.url, build.credentials(tenant, role)))
        return connected[-1]

    yield connect
    for each in connected:
        each.close()


@pytest.fixture
def platform(connect_as: Connect, riverside: Tenant) -> build.Platform:
    """Riverside's platform, with a token."""
    return connect_as(riverside)


@pytest.fixture
def lender(riverside: Tenant) -> Tenant:
    """Riverside with its rules, its books and the product "seller"."""
    open_for_business(riverside)
    return riverside
