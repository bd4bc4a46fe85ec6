import pytest

from tenancy.models import Tenant
from tests.ledger import build


@pytest.fixture
def books(room: Tenant) -> Tenant:
    """Riverside with the standard chart in yuan, yen and Kuwaiti dinar."""
    build.chart("CNY", "JPY", "KWD")
    return room
