"""Requests that nobody would write by hand: the API keeps to its own description."""

import time
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenancy.models import Tenant
from tests.api import lender as at
from tests.api.build import Platform
from tests.tasks import SentTasks

EXAMPLES = 12
SECONDS = 60
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def ids(platform: Platform, lender: Tenant, sent_tasks: SentTasks) -> dict[str, str]:
    """What stands in the paths, of rows that are there."""
    loan = at.draw(lender, platform, sent_tasks)
    application = platform.get("applications").json()["results"][0]
    return {
        "loan_id": loan["id"],
        "line_id": loan["credit_line_id"],
        "application_id": application["id"],
        "offer_id": application["offer_id"],
        "borrower_id": application["borrower_id"],
    }


def fuzz(operation: Any, token: str, ids: dict[str, str]) -> None:
    """Call one operation in many ways, now and then with a path that leads somewhere."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_there=st.booleans())
    def check(case: Case, is_there: bool) -> None:
        if is_there:
            known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)

    check()


@pytest.mark.slow
def test_the_api_answers_as_it_is_described(
    live_server: LiveServer, platform: Platform, ids: dict[str, str]
) -> None:
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/schema")
    started = time.monotonic()
    operations = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    for operation in operations:
        fuzz(operation, platform.token, ids)
    assert len(operations) > 20
    assert time.monotonic() - started < SECONDS
