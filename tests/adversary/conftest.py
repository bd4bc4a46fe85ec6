"""The adversary calls at the same doors as honest programs do."""

import pytest

from tenancy.models import Tenant
from tests.adversary.requests import furnish
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.conftest import _fast_secrets, connect_as, lender, platform, riverside
from tests.tasks import SentTasks

__all__ = ["_fast_secrets", "connect_as", "lender", "platform", "riverside"]


@pytest.fixture
def ids(platform: Platform, lender: Tenant, sent_tasks: SentTasks) -> dict[str, str]:
    """The ids of rows of every kind, around one active loan of Riverside."""
    return furnish(platform, at.draw(lender, platform, sent_tasks))
