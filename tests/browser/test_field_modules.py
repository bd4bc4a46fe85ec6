"""The field app's rules inside Chromium, as the phone runs them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from config.home import ROOT
from rural.rules.forms.expressions import NUMBER

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, service_workers="block")
    opened = context.new_page()
    opened.goto("/field/")
    yield opened
    context.close()


def module(page: Page, path: str, body: str, argument: Any = None) -> Any:
    """Run `body` with the module's exports as `m` and the argument as `given`."""
    script = f"async (given) => {{ const m = await import('/static/field/{path}'); {body} }}"
    return page.evaluate(script, argument)


VECTORS = ROOT / "tests" / "rural" / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


class TestTheServersVectors:
    def test_expressions_have_the_same_results(self, page: Page) -> None:
        given = vectors("expressions")
        body = """
            const { isDecimal, written } = await import("/static/field/rules/decimal.js");
            const plain = (v) => isDecimal(v) ? written(v) : Array.isArray(v) ? v.map(plain) : v;
            return given.cases.map(({ expr, row = null }) =>
                plain(m.evaluate(expr, { answers: given.answers, today: given.today, row })));"""
        results = module(page, "rules/expression.js", body, given)

        different = [
            (case["name"], result, case["result"])
            for case, result in zip(given["cases"], results, strict=True)
            if not same(result, case["result"])
        ]
        assert different == []

    def test_answers_have_the_same_findings(self, page: Page) -> None:
        given = vectors("validation")
        body = """
            const { role, today, finalized_at, lists } = given.context;
            return given.cases.map(({ answers, ...own }) => {
                const found = m.check(given.definition, answers, {
                    role: own.role ?? role, today, finalizedAt: Date.parse(finalized_at), lists,
                    mayBeMasked: own.may_be_masked ?? false });
                const short = (list) => list.map(({ pointer, rule }) => [pointer, rule]);
                return { errors: short(found.errors), warnings: short(found.warnings) };
            });"""
        results = module(page, "rules/validation.js", body, given)

        different = [
            (case["name"], result)
            for case, result in zip(given["cases"], results, strict=True)
            if result != {"errors": case["errors"], "warnings": case["warnings"]}
        ]
        assert different == []

    def test_content_has_the_same_canonical_form_and_hash(self, page: Page) -> None:
        cases = vectors("content")["cases"]
        body = """
            const named = (sha256) => ({ sha256 });
            return Promise.all(given.map(({ body }) =>
                m.contentHash({ ...body, attachments: body.attachments.map(named) })));"""
        hashes = module(page, "rules/canonical.js", body, cases)
        body = """return given.map(({ body }) =>
            m.canonical({ ...body, attachments: body.attachments.toSorted() }))"""
        texts = module(page, "rules/canonical.js", body, cases)

        assert hashes == [case["sha256"] for case in cases]
        assert texts == [case["canonical"] for case in cases]


def same(a: Any, b: Any) -> bool:
    """Compare a result with the expected one; 0.30 is 0.3."""
    if isinstance(a, str) and isinstance(b, str) and NUMBER.fullmatch(a) and NUMBER.fullmatch(b):
        return Decimal(a) == Decimal(b)
    return type(a) is type(b) and bool(a == b)


class TestDecimals:
    @pytest.mark.parametrize(
        ("operation", "a", "b", "result"),
        [
            ("add", "0.1", "0.2", "0.3"),
            ("subtract", "1", "1.005", "-0.005"),
            ("multiply", "30", "470.56", "14116.80"),
            ("divide", "1", "8", "0.125000000000"),
            ("divide", "-1000", "3", "-333.333333333333"),
        ],
    )
    def test_are_exact(self, page: Page, operation: str, a: str, b: str, result: str) -> None:
        body = f"return m.written(m.{operation}(m.decimal(given[0]), m.decimal(given[1])))"
        assert module(page, "rules/decimal.js", body, [a, b]) == result

    def test_are_not_read_out_of_anything_else(self, page: Page) -> None:
        given = ["", "1e5", "1,000", "0x10", "٣", ".", "1.", "--1", "+1", "NaN"]
        body = "return given.map(m.decimal)"
        assert module(page, "rules/decimal.js", body, given) == [None] * len(given)


class TestBackoff:
    def test_doubles_to_five_minutes(self, page: Page) -> None:
        body = "return [0, 1, 2, 5, 6, 60].map(m.waitBefore)"
        waits = module(page, "send/backoff.js", body)
        assert waits == [5_000, 10_000, 20_000, 160_000, 300_000, 300_000]
