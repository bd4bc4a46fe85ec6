"""What is left in the whole database of a request that was refused: its audit row."""

import psycopg

from tenancy.models import Tenant
from tests.adversary.requests import reads, writes
from tests.api import build
from tests.api import lender as at
from tests.api.build import Platform
from tests.api.conftest import Connect
from tests.api.lender import yuan


def census(administrator: psycopg.Connection) -> dict[str, int]:
    """Count the rows of every table and every queue."""
    names = administrator.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname = 'public' OR (schemaname = 'pgmq' AND tablename ~ '^[qa]_')"
    ).fetchall()
    counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in names)
    found: dict[str, int] = dict(administrator.execute(counted.encode()).fetchall())
    administrator.rollback()
    return found


def test_nothing_but_its_audit_row(
    connect_as: Connect,
    platform: Platform,
    lender: Tenant,
    ids: dict[str, str],
    admin_connection: psycopg.Connection,
) -> None:
    stranger = connect_as(build.tenant("hillside"))
    loan, line = f"loans/{ids['loan']}", f"credit-lines/{ids['line']}"
    hook = "webhook-subscriptions"
    unfit = [
        ("borrowers", {"reference": "F-9", "kind": "horse", "name": "X"}),
        ("borrowers", {"reference": "F-001", "kind": "person", "name": "Somebody else"}),
        ("applications", at.application(borrower="F-404")),
        ("applications", at.application(amount=yuan("1.00"))),
        ("applications", at.application(evidence={"features": {"a": 1.5}})),
        (f"applications/{ids['application']}/withdrawal", {}),
        (f"applications/{ids['application']}/review", {"reason": ""}),
        (f"applications/{ids['application']}/inputs", {"inputs": {"a": "b"}}),
        (f"{line}/draws", {"amount": yuan("100000.01")}),
        (f"{line}/draws", {"amount": yuan("0.01")}),
        (f"{loan}/repayments", {"amount": yuan("0.00")}),
        (f"{loan}/repayments", {"amount": yuan("1.00"), "value_date": "2030-01-01"}),
        (hook, {"url": "ftp://x", "topics": ["a"]}),
        ("merchants/E404/applications", writes(ids)[10].body),
        ("simulations", {"terms": {}, "events": [], "as_of": "2026-01-05"}),
    ]
    before = census(admin_connection)

    answers = [platform.post(path, body) for path, body in unfit]
    answers += [stranger.post(each.path, each.body) for each in writes(ids)]
    answers += [stranger.get(path) for path in reads(ids)]

    refused = [answer for answer in answers if answer.status_code >= 400]
    changed = {
        table: count - before[table]
        for table, count in census(admin_connection).items()
        if count != before[table]
    }
    kept = [answer for answer in answers if answer.status_code < 400]
    assert {answer.request.url.path for answer in kept} == {
        "/api/v1/borrowers", "/api/v1/webhook-subscriptions", "/api/v1/simulations",
    }  # fmt: skip
    # What the stranger may do in a room of his own: a borrower and a subscription.
    own = {"public.lending_borrower": 1, "public.tenancy_webhooksubscription": 1}
    records = {"public.tenancy_idempotencyrecord": 2}
    assert changed == own | records | {"public.tenancy_auditevent": len(refused) + 2}
