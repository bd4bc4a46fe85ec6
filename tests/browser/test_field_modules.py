"""The field app's rules inside Chromium, as the phone runs them."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


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


class TestDecimals:
    @pytest.mark.parametrize(
        ("operation", "a", "b", "result"),
        [
            ("add", "0.1", "0.2", "0.3"),
            ("subtract", "1", "1.005", "-0.005"),
            ("multiply", "30", "470.56", "14116.80"),
            ("divide", "1", "8", "0.125"),
            ("divide", "1", "3", "0.3333333333333333333333333333"),
            ("divide", "2", "3", "0.6666666666666666666666666667"),
            ("divide", "-1000", "3", "-333.3333333333333333333333333"),
        ],
    )
    def test_are_exact(self, page: Page, operation: str, a: str, b: str, result: str) -> None:
        body = f"return m.written(m.{operation}(m.decimal(given[0]), m.decimal(given[1])))"
        assert module(page, "rules/decimal.js", body, [a, b]) == result

    def test_are_not_read_out_of_anything_else(self, page: Page) -> None:
        given = ["", "1e5", "1,000", "0x10", "٣", ".", "1.", "--1", "NaN"]
        body = "return given.map(m.decimal)"
        assert module(page, "rules/decimal.js", body, given) == [None] * len(given)


class TestCanonicalJson:
    def test_is_that_of_the_server(self, page: Page) -> None:
        content = {
            "王": 'é\u2028"\\',
            "a": [1, {"z": True, "y": None}],
            "\U0001f33e": "",
            "\uffff": "x",
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        made = module(page, "rules/canonical.js", "return m.canonical(given)", content)
        digest = module(page, "rules/canonical.js", "return m.sha256(m.canonical(given))", content)

        assert made == text
        assert digest == sha256(text.encode()).hexdigest()


class TestIdNumbers:
    @pytest.mark.parametrize(
        ("number", "is_good"),
        [
            ("11010519491231002X", True),
            ("110105194912310021", False),
            ("11010519490231002X", False),
            ("11010519491231002x", False),
            ("", False),
        ],
    )
    def test_carry_a_check_character_and_a_day(
        self, page: Page, number: str, is_good: bool
    ) -> None:
        assert module(page, "rules/id_number.js", "return m.isIdNumber(given)", number) is is_good


class TestBackoff:
    def test_doubles_to_five_minutes(self, page: Page) -> None:
        body = "return [0, 1, 2, 5, 6, 60].map(m.waitBefore)"
        waits = module(page, "send/backoff.js", body)
        assert waits == [5_000, 10_000, 20_000, 160_000, 300_000, 300_000]
