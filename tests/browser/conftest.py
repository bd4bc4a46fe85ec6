"""Chromium, pointed at a live server with a furnished house."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from config.database import Address
from tenancy.models import Tenant
from tests.backoffice import house
from tests.browser import village
from tests.browser.village import Phone, Server, Village
from tests.tasks import SentTasks

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def _house_rules(settings: Settings, tmp_path: object) -> None:
    """Fast passwords, documents of this test's own, a rail that always pays at once."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DOCUMENT_ROOT = tmp_path
    settings.PAYMENT_SANDBOX = {**settings.PAYMENT_SANDBOX, "odds": {}}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without one these tests are skipped."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip("needs Chromium")
    # The driver keeps an event loop in this thread, which Django would take for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def tenant(transactional_db: None, sent_tasks: SentTasks) -> Tenant:
    made = house.tenant()
    house.people(made)
    return made


@pytest.fixture
def furnished(tenant: Tenant, sent_tasks: SentTasks) -> house.House:
    held = house.furnish(tenant, sent_tasks)
    sent_tasks.run()
    return held


@pytest.fixture(scope="session")
def web(
    database: Address, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Server]]:
    """
    The web in its own processes, started by the first who asks and again after a kill.

    It knows nothing between requests, so that one serves every test; starting is what takes long.
    """
    running = Server(database, tmp_path_factory.mktemp("documents"))

    def started() -> Server:
        running.start()
        return running

    yield started
    running.kill()


@pytest.fixture
def server(web: Callable[[], Server], liushu: Village, settings: Settings) -> Server:
    """The web, where the module's village is furnished."""
    running = web()
    settings.DOCUMENT_ROOT = running.documents
    return running


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of."""
    return []


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Open]:
    """A function that opens the sign-in page in a window of a size, in a language."""
    contexts = []

    def open_at(size: dict[str, int], language: str) -> Page:
        context = chromium.new_context(viewport=size, base_url=live_server.url)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(15_000)
        cookie = {"name": "django_language", "value": language, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                complaints.append(request.url)
                if not request.url.startswith((live_server.url, "data:"))
                else None
            ),
        )
        page.goto("/")
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture
def phone_of(chromium: Browser, server: Server) -> Iterator[Callable[[Any], Phone]]:
    """A function that gives somebody a phone with his PIN set; none may complain to the end."""
    given: list[Phone] = []

    def give(user: Any) -> Phone:
        given.append(village.phone(chromium, server, user))
        given[-1].enrol()
        return given[-1]

    yield give
    for each in given:
        assert each.complaints == []
        each.context.close()
