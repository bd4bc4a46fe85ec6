"""Personal numbers through every door, then looked for in everything that is kept or said."""

import io
import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from lending.actions import borrowers
from lending.models import Borrower
from tenancy import room
from tenancy.errors import Forbidden
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.api import lender as at
from tests.api.build import SECRET, Platform
from tests.lending.build import evidence
from tests.tasks import SentTasks
from tests.tenancy.build import NOON, actor

ID_NUMBER, PHONE, BANK_CARD = "330102199001011234", "13800138000", "6222021234567890123"
NUMBERS = {"id_number": ID_NUMBER, "phone": PHONE, "bank_card": BANK_CARD}
PERSON = {"reference": "P-1", "kind": "person", "name": "Wang Fang", **NUMBERS}
CLEAR = (ID_NUMBER, PHONE, BANK_CARD)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the house logs, as it would go to standard error, from INFO on."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    configured = dict(settings.LOGGING["formatters"]["json"])
    handler.setFormatter(configured.pop("()")(**configured))
    loggers = [logging.getLogger(), logging.getLogger("django.server")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(handler)
        each.setLevel(logging.INFO)
    yield stream
    for each, level in zip(loggers, levels, strict=True):
        each.removeHandler(handler)
        each.setLevel(level)


def dump(administrator: psycopg.Connection) -> str:
    """Return every row of every table and queue as text."""
    names = administrator.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    texts = []
    for (name,) in names:
        rows = administrator.execute(f"SELECT t::text FROM {name} t".encode()).fetchall()
        texts += [text for (text,) in rows]
    return "\n".join(texts)


def test_is_nowhere_in_the_clear(
    platform: Platform,
    lender: Tenant,
    sent_tasks: SentTasks,
    admin_connection: psycopg.Connection,
    log: io.StringIO,
) -> None:
    said = [platform.post("borrowers", PERSON), platform.post("borrowers", PERSON)]
    person = said[0].json()
    said += [
        platform.get(f"borrowers/{person['id']}"),
        # Refused in every way, with the number in the right place and in wrong ones.
        platform.post("borrowers", {**PERSON, "kind": "horse"}),
        platform.post("borrowers", {**PERSON, "name": "Another"}),
        platform.post("borrowers", {**PERSON, "id_number": ID_NUMBER + "?" * 5}),
        platform.post("borrowers", {**PERSON, "phone": [PHONE]}),
        platform.post("borrowers", {**PERSON, "idNumber": ID_NUMBER, "mobile": PHONE}),
        platform.post("borrowers", {**PERSON, "kind": BANK_CARD}),
        platform.post("borrowers", [PERSON]),
        platform.post("borrowers", content=f'{{"id_number": "{ID_NUMBER}"'.encode(),
                      headers={"Content-Type": "application/json"}),
        platform.post("applications", at.application(
            borrower="P-1", evidence=evidence(inputs={"id_number": ID_NUMBER}))),
        platform.post("applications", at.application(
            borrower="P-1", evidence=evidence(owner={"phone": PHONE}))),
        platform.post("applications", at.application(borrower="P-1")),
    ]  # fmt: skip
    assert said[-1].status_code == 201
    sent_tasks.run()
    with room.enter(lender.pk):
        borrowers.amend(
            actor=actor(), at=NOON, borrower_id=person["id"], numbers=NUMBERS, reason="New card"
        )
        shown = borrowers.reveal(
            actor=actor(), at=NOON, borrower_id=person["id"], field="id_number", reason="Call"
        )
        assert shown == ID_NUMBER
        assert AuditEvent.objects.filter(action="borrower.reveal").count() == 1

    answered = "\n".join(answer.text for answer in said)
    kept, logged = dump(admin_connection), log.getvalue()
    assert "P-1" in kept
    assert "/api/v1/borrowers" in logged
    for number in CLEAR:
        assert number not in answered
        assert number not in kept
        assert number not in logged
    for secret in (platform.token, SECRET):
        assert secret not in kept
        assert secret not in logged


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PLATFORM, Role.ADMINISTRATOR, Role.FINANCE])
def test_is_shown_to_no_role_that_does_not_need_it(room: Tenant, role: Role) -> None:
    person = borrowers.register(actor=actor(), at=NOON, **PERSON)
    with pytest.raises(Forbidden), transaction.atomic():
        borrowers.reveal(
            actor=actor(role), at=NOON, borrower_id=person.pk, field="phone", reason="x"
        )
    assert Borrower.objects.get().masked["phone"] == "138****8000"
