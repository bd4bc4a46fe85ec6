"""
Requests that nobody would write by hand: the bank API keeps to its own description.

GRANARY_CONTRACT_EXAMPLES=200 tries each operation 200 times, by itself it is a few;
GRANARY_CONTRACT_ONLY=/loans tries only those whose name holds this.
"""

import os
import time
from typing import Any

import pytest
import requests
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer
from requests.auth import AuthBase
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from partners.actions import daily, feed
from partners.management.sandbox.bank import SandboxBank
from partners.management.sandbox.behaviour import Behaviour, Script
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.management.sandbox.files import FileBehaviour
from partners.models import Break, PartnerBank, ReconRun, Settlement
from tenancy import room
from tenancy.actions import documents
from tenancy.models import OutboxMessage, Tenant
from tenancy.roles import Role
from tests.lending.servicing import build as servicing
from tests.partners import build
from tests.partners.api.co_lent import asked_for
from tests.partners.api.conftest import bank_of
from tests.partners.api.program import Program
from tests.partners.api.test_claims import LATE, TERMS
from tests.tasks import SentTasks
from tests.tenancy.build import actor

EXAMPLES = int(os.environ.get("GRANARY_CONTRACT_EXAMPLES", "6"))
ONLY = os.environ.get("GRANARY_CONTRACT_ONLY", "")
RENEW_SECONDS = 300
DUE = build.ON.replace(month=2)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


class Proven(AuthBase):
    """Proves each request as it goes out, under a token that is renewed in time."""

    def __init__(self, program: Program) -> None:
        """Speak as a bank's program."""
        self.program, self.since = program, 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if time.monotonic() - self.since > RENEW_SECONDS:
            self.program.sign_in()
            self.since = time.monotonic()
        path = str(request.url).removeprefix(self.program.url)
        request.headers.update(self.program.headers(str(request.method), path))
        return request


@pytest.fixture
def harbour(riverside: Tenant) -> PartnerBank:
    """Riverside's partner bank, which may call as often as it likes."""
    return bank_of(riverside, "harbour", requests_per_minute=1_000_000)


@pytest.fixture
def ids(
    riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any,
) -> dict[str, str]:  # fmt: skip
    """What stands in the paths, of rows that are there."""
    now = timezone.now()
    monkeypatch.setattr("tests.partners.build.NOON", now)
    with room.enter(riverside.pk):
        servicing.books()
        placement = build.placed()
        document = documents.store(
            actor=actor(Role.OFFICER), at=now, content=b"a photo", media_type="image/jpeg",
            name="field.jpg", subject=placement.application, retain_until=now.date(),
        )  # fmt: skip
        quota = build.quota(placement.version, "1000000")
    lent = asked_for(riverside, harbour, agreement="harbour-71", collected_by="bank", **TERMS)
    client = BankClient(program.url, program.client_id, program.key, program.kid)
    script = Script(Behaviour.SILENT, files=FileBehaviour.AMOUNT_OFF)
    bank = SandboxBank(client, script, Book(tmp_path / "book.json"))
    leg = program.get(f"fundings/{lent.leg_id}").json()
    paid = {"result": "PAID", "amount": leg["amount"], "value_date": "2026-01-05", "bank_ref": "B"}
    assert program.post(f"fundings/{lent.leg_id}/confirmations", paid).status_code == 201
    lent.pay_out()
    lent.repay("500.00", DUE)
    with room.enter(riverside.pk):
        servicing.close_to(LATE)
    with room.entered(riverside.pk):
        daily.settle_day(actor=build.SYSTEM, on=DUE, clock=timezone.now)
    bank.work(timezone.now())
    client.close()
    claim = program.post("compensation-claims", {"loan_id": lent.loan_id}).json()
    hook = {"url": "http://127.0.0.1:1/hooks", "topics": ["loan.disbursed"]}
    webhook = program.post("webhooks", hook).json()
    waiting = asked_for(riverside, harbour, "draw-2", agreement="harbour-72")
    with room.enter(riverside.pk):
        feed.tell(harbour, "loan.disbursed", {"loan_id": lent.loan_id}, at=now)
        return {
            "application_id": str(placement.pk),
            "document_id": str(document.pk),
            "funding_id": waiting.leg_id,
            "loan_id": lent.loan_id,
            "settlement_id": str(Settlement.objects.get(on=DUE).pk),
            "kind": "REPAY_DETAIL",
            "run_id": str(ReconRun.objects.get().pk),
            "break_id": str(Break.objects.get().pk),
            "claim_id": claim["id"],
            "quota_id": str(quota.pk),
            "webhook_id": webhook["id"],
            "message_id": str(OutboxMessage.objects.latest("pk").pk),
        }


def fuzz(operation: Any, proven: Proven, ids: dict[str, str]) -> None:
    """Call one operation in many ways, now and then with a path that leads somewhere."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=operation.as_strategy(), is_there=st.booleans())
    def check(case: Case, is_there: bool) -> None:
        if is_there:
            known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(auth=proven)
        case.validate_response(answer, checks=CHECKS)

    check()


@pytest.mark.slow
@pytest.mark.timeout(300 + 20 * EXAMPLES)
def test_the_bank_api_answers_as_it_is_described(
    live_server: LiveServer, program: Program, ids: dict[str, str]
) -> None:
    schema = schemathesis.openapi.from_url(f"{live_server.url}/bank/v1/schema")
    proven = Proven(program)
    operations = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) > 30
    found = {}
    for operation in (each for each in operations if ONLY in each.label):
        try:
            fuzz(operation, proven, ids)
        except FailureGroup as failures:
            found[operation.label] = [str(failure) for failure in failures.exceptions]
    assert not found, "\n".join(f"{label}: {text}" for label, text in found.items())
    seen = {name for name in ids if any(f"{{{name}}}" in each.path for each in operations)}
    assert seen == set(ids)
