"""The API's own papers."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

WRITES = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict:
    path: Path = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(path))
    return dict(yaml.safe_load(path.read_text()))


def addresses(patterns: list, prefix: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            found.add(here)
    return found


def addresses_under(root: str) -> set[str]:
    every = addresses(get_resolver().url_patterns)
    return {each for each in every if each.startswith(root)}


class TestDocument:
    def test_is_openapi_3_1_and_names_every_address(self, document: dict) -> None:
        assert document["openapi"] == "3.1.0"
        papers = {"api/v1/schema", "api/v1/docs", "api/v1/oauth/token"}
        served = addresses_under("api/v1/") - papers
        assert len(document["paths"]) == len(served)

    def test_asks_every_write_for_a_key(self, document: dict) -> None:
        without = {
            path
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if method in WRITES
            and not any(p["name"] == "Idempotency-Key" for p in operation["parameters"])
        }
        assert without == {"/api/v1/simulations", "/api/v1/rails/{rail}/callbacks"}

    def test_describes_problems_with_their_own_media_type(self, document: dict) -> None:
        for path, operations in document["paths"].items():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    media_type = "application/json" if status < "3" else "application/problem+json"
                    assert set(answer["content"]) == {media_type}, (path, status)

    def test_never_closes_a_list_of_words(self, document: dict) -> None:
        schemas = document["components"]["schemas"]
        closed = {
            f"{name}.{field}"
            for name, schema in schemas.items()
            if not name.endswith("Request")
            for field, facts in schema.get("properties", {}).items()
            if "enum" in facts or any("Enum" in str(part) for part in facts.get("allOf", []))
        }
        assert closed == set()


class TestPages:
    def test_schema_is_served_to_everybody(self, client: Client) -> None:
        answer = client.get("/api/v1/schema")
        assert answer.status_code == 200
        assert b"openapi: 3.1.0" in answer.content

    def test_docs_need_no_other_host_and_no_inline_script(self, client: Client) -> None:
        page = client.get("/api/v1/docs").content.decode()
        assert not re.search(r"(src|href)=\"(https?:)?//", page)
        assert not re.search(r"<script>", page)
        script = re.search(r'<script src="(/api/v1/docs[^"]*)"', page)
        assert script is not None
        answer = client.get(script[1].replace("&amp;", "&"))
        assert answer.headers["Content-Type"].startswith("application/javascript")
