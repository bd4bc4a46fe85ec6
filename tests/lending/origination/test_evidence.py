from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import evidence as packages
from lending.models import Application
from scoring.rules.canonical import sha256
from tenancy.models import Tenant
from tests.lending import build

ON = date(2026, 1, 5)


def _deep(levels: int) -> dict[str, Any]:
    package: dict[str, Any] = {}
    for _ in range(levels):
        package = {"in": package}
    return package


class TestProblems:
    def test_finds_none_in_a_whole_package(self) -> None:
        package = build.evidence(inputs={"sales": "1"}, invoices={"count": 12})

        assert packages.problems(package, on=ON) == []

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"as_of": "2026-01-06"}, "/evidence/as_of"),
            ({"as_of": "5 January"}, "/evidence/as_of"),
            ({"as_of": None}, "/evidence/as_of"),
            ({"source": ""}, "/evidence/source"),
            ({"features": []}, "/evidence/features"),
            ({"features": {"sales": 12}}, "/evidence/features/sales"),
            ({"features": {"sales": 0.1}}, "/evidence/features/sales"),
            ({"inputs": "none"}, "/evidence/inputs"),
            ({"note": "a\x00b"}, "/evidence/note"),
            ({"note": "\ud800"}, "/evidence/note"),
            ({"price": 0.1}, "/evidence/price"),
            ({"blob": "x" * 1_000_001}, "/evidence"),
        ],
    )
    def test_names_the_field(self, change: dict[str, Any], pointer: str) -> None:
        found = packages.problems({**build.evidence(), **change}, on=ON)

        assert pointer in [error.pointer for error in found]

    def test_refuses_what_is_nested_too_deep_without_running_out_of_stack(self) -> None:
        [error] = packages.problems({**build.evidence(), "deep": _deep(100_000)}, on=ON)

        assert error.expected == "at most 12 levels"

    def test_refuses_what_is_no_object(self) -> None:
        assert [error.pointer for error in packages.problems([1], on=ON)] == ["/evidence"]


class TestFrozenEvidence:
    def test_has_the_hash_of_what_is_stored(self, room: Tenant) -> None:
        application = build.submitted()

        stored = Application.objects.get(pk=application.pk)

        assert sha256(stored.evidence) == stored.evidence_hash

    @pytest.mark.parametrize(
        "change",
        [
            "evidence = jsonb_set(evidence, '{features,sales_12m}', '\"9\"')",
            "evidence_hash = repeat('0', 64)",
            "evidence_hash = ''",
            "amount = amount + 1",
            "borrower_id = gen_random_uuid()",
            "purpose = 'Shares'",
            "submitted_at = submitted_at - interval '1 day'",
        ],
    )
    def test_is_refused_to_raw_sql(self, room: Tenant, change: str) -> None:
        build.submitted()

        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE lending_application SET {change}")

    def test_cannot_be_deleted(self, room: Tenant) -> None:
        application = build.submitted()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Application.objects.filter(pk=application.pk)._raw_delete("default")
