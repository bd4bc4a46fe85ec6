"""Every write of the API with a body that fits, and what an enemy puts in its place."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx

from tests.api import lender as at
from tests.api.build import Platform
from tests.api.lender import yuan
from tests.api.test_simulations import CASE

# As they stand in a JSON document: several of these no Python value would write.
NASTY = (
    b"null", b"true", b"[]", b"{}", b"[[1]]", b'""', b'"\\u0000"', b'"\\ud800"', b'"\\udfff x"',
    b'"\\u202e"', b"1e999", b"-1e999", b"-0", b"1e-30", b"9" * 4000, b"0.1", b'"NaN"',
    b'"1e999999"', b'"-0"', '"１２３"'.encode(), b'"0000-00-00"', b'"0001-01-01"', b'"9999-12-31"',
    b'"2026-W01-1"', b'"' + b"x" * 100_000 + b'"', b"\"'; DROP TABLE lending_loan; --\"",
    b'{"\\u0000": 1}', b'{"\\ud800": 1}', b'{"a": {"b": null}}',
)  # fmt: skip
MARK = "@nasty@"


@dataclass(frozen=True)
class Write:
    """One write: the path under /api/v1/ and a body that fits."""

    path: str
    body: dict[str, Any]


def writes(ids: dict[str, str]) -> list[Write]:
    """Return every write of the API on the rows with these ids."""
    facts = at.application()
    bare = {name: facts[name] for name in ("product", "amount", "term", "purpose")}
    numbers = {"id_number": "330102199001011234", "phone": "13800138000", "bank_card": ""}
    firm = {"reference": "F-9", "kind": "firm", "name": "X", "name_zh": "", **numbers}
    application, hook = f"applications/{ids['application']}", "webhook-subscriptions"
    return [
        Write("borrowers", firm),
        Write("applications", facts),
        Write(f"{application}/inputs", {"inputs": {}}),
        Write(f"{application}/withdrawal", {"reason": "x"}),
        Write(f"{application}/review", {"reason": "x"}),
        Write(f"offers/{ids['offer']}/acceptance", {"cost_hash": "0" * 64}),
        Write(f"credit-lines/{ids['line']}/draws", {"amount": yuan("1000.00")}),
        Write(f"loans/{ids['loan']}/repayments",
              {"amount": yuan("1.00"), "value_date": "2026-01-05"}),
        Write(hook, {"url": "https://hooks.example.com/", "topics": ["loan.active"]}),
        Write(f"{hook}/{ids['subscription']}/cancellation", {}),
        Write("merchants/E1/applications", bare),
        Write("simulations", CASE),
    ]  # fmt: skip


def reads(ids: dict[str, str]) -> list[str]:
    """Return every read of one row, on the rows with these ids."""
    return [
        f"borrowers/{ids['borrower']}",
        f"applications/{ids['application']}",
        f"offers/{ids['offer']}",
        f"credit-lines/{ids['line']}",
        f"loans/{ids['loan']}",
        f"webhook-subscriptions/{ids['subscription']}",
        f"webhook-subscriptions/{ids['subscription']}/secret",
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body, the whole of it first."""
    yield path
    inner: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, part in inner:
        yield from places(part, (*path, name))


def marked(body: Any, place: tuple[Any, ...]) -> Any:
    """Return a body with a mark in one place, for bytes that JSON libraries refuse to write."""
    if not place:
        return MARK
    changed = deepcopy(body)
    parent = changed
    for name in place[:-1]:
        parent = parent[name]
    parent[place[-1]] = MARK
    return changed


def furnish(platform: Platform, loan: dict[str, Any]) -> dict[str, str]:
    """Return the ids of the rows around a loan, and of a subscription made for this."""
    application = platform.get("applications").json()["results"][0]
    hook: httpx.Response = platform.post(
        "webhook-subscriptions", {"url": "https://hooks.example.com/", "topics": ["loan.active"]}
    )
    return {
        "loan": loan["id"],
        "line": application["credit_line_id"],
        "offer": application["offer_id"],
        "application": application["id"],
        "borrower": application["borrower_id"],
        "subscription": hook.json()["id"],
    }
