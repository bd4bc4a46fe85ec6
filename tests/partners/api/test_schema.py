"""The bank API's own papers."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from config.home import ROOT
from tests.api.test_schema import addresses_under


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path: Path = tmp_path_factory.mktemp("schema") / "bank.yml"
    call_command(
        "spectacular",
        validate=True,
        fail_on_warn=True,
        file=str(path),
        generator_class="partners.api.schema.BankGenerator",
    )
    return dict(yaml.safe_load(path.read_text()))


class TestDocument:
    def test_is_openapi_3_1_and_names_every_address(self, document: dict[str, Any]) -> None:
        assert document["openapi"] == "3.1.0"
        papers = {"schema", "docs", "openapi.json", "oauth/token", "files/<str:signed>"}
        served = addresses_under("bank/v1/") - {f"bank/v1/{paper}" for paper in papers}
        assert len(document["paths"]) == len(served)
        assert all(path.startswith("/bank/v1/") for path in document["paths"])

    def test_asks_every_write_for_a_key(self, document: dict[str, Any]) -> None:
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                names = {parameter["name"] for parameter in operation["parameters"]}
                is_write = method != "get"
                assert ("Idempotency-Key" in names) == is_write, (method, path)

    def test_says_of_every_operation_how_it_refuses(self, document: dict[str, Any]) -> None:
        for operations in document["paths"].values():
            for operation in operations.values():
                assert {"401", "403", "422", "429"} <= set(operation["responses"])
                assert operation["security"] == [{"dpop": []}]


class TestGuide:
    def test_shows_every_call(self, document: dict[str, Any]) -> None:
        guide = (ROOT / "docs" / "bank-api.md").read_text()
        calls = {
            f"`{method.upper()} {path.removeprefix('/bank/v1')}`"
            for path, operations in document["paths"].items()
            for method in operations
        }
        assert {call for call in calls if call not in guide} == set()


class TestPages:
    def test_the_document_is_served_to_everybody_and_is_another_than_the_platforms(
        self, client: Client
    ) -> None:
        mine = json.loads(client.get("/bank/v1/openapi.json").content)
        assert mine["info"]["title"] == "Granary bank API"
        theirs = client.get("/api/v1/schema").content
        assert b"/bank/v1" not in theirs

    def test_docs_need_no_other_host(self, client: Client) -> None:
        page = client.get("/bank/v1/docs").content.decode()
        assert "//cdn" not in page
        assert "/bank/v1/docs?script" in page
