"""A lender with a village, its people and a small form; a real server; a phone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.database import Address, as_role
from config.home import ROOT
from rural.actions import definitions, places
from tenancy import room
from tenancy.actions import tenants
from tenancy.models import Tenant, User
from tenancy.roles import Role
from tests.rural import build
from tests.tenancy.build import actor

PIN = "246813"
NARROW = {"width": 360, "height": 740}
SPOT = {"latitude": 38.190001, "longitude": 116.120001, "accuracy": 4}
READY_SECONDS = 240
# A busy machine takes its time; nobody waits longer than it takes.
expect.set_options(timeout=60_000)


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def small_form(**changed: Any) -> dict[str, Any]:
    """A household form of two pages: who, where, how much, five photos."""
    income = {
        "name": "income", "type": "decimal", "label": _words("年收入", "Yearly income"),
        "required": True, "unit": "yuan", "min": "0", "max": "5000000", "places": 2, "money": True,
    }  # fmt: skip
    photos = {
        "name": "photos", "type": "photos", "label": _words("照片", "Photos"),
        "min_count": 0, "max_count": 5,
    }  # fmt: skip
    return {
        "code": "F1", "version": 1, "title": _words("农户简表", "Short household form"),
        "roles": ["officer", "supervisor", "agent"],
        "sections": [
            {"name": "who", "title": _words("农户", "Household"), "fields": [
                {"name": "head_name", "type": "text", "label": _words("户主", "Head"),
                 "required": True, "min_length": 2, "max_length": 50},
                {"name": "village", "type": "place", "label": _words("村", "Village"),
                 "required": True, "choices_from": "villages"},
                {**income, **changed},
            ]},
            {"name": "proof", "title": _words("凭证", "Proof"), "fields": [photos]},
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Village:
    """Who works for the lender in the village of Liushu."""

    tenant: Tenant
    agent: User
    officers: tuple[User, User]


def settled(tenant: Tenant, *, small: bool = True) -> Village:
    """Furnish a tenant with the village, two officers, an agent and the forms."""
    now = timezone.now()
    with room.enter(tenant.pk):
        build.village()
        agent = _person(Role.AGENT, "wang", "王秀兰")
        officers = _person(Role.OFFICER, "li", "李强"), _person(Role.OFFICER, "zhao", "赵敏")
        places.assign(
            actor=actor(Role.SUPERVISOR), at=now, on=build.ON, user=agent,
            village_code=build.VILLAGE,
        )  # fmt: skip
        if small:
            publish(small_form())
        definitions.adopt(actor=actor(Role.ADMINISTRATOR), at=now)
    return Village(tenant, agent, officers)


def publish(definition: dict[str, Any]) -> None:
    """Publish the next version of a form, in the room that we are in."""
    now, publisher = timezone.now(), actor(Role.ADMINISTRATOR)
    row = definitions.draft(actor=publisher, at=now, definition=definition)
    definitions.publish(actor=publisher, at=now, definition_id=row.pk)


def _person(role: Role, username: str, name: str) -> User:
    user = User.objects.create_user(username, "secret-enough", name=name)
    tenants.admit(user=user, role=role, actor=actor(Role.ADMINISTRATOR), at=timezone.now())
    return user


class Web(Protocol):
    """Whatever answers at an address."""

    @property
    def url(self) -> str: ...


class Server:
    """The web as it really runs, in processes that can be killed and started again."""

    def __init__(self, database: Address, documents: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        unwanted = ("DATABASE_URL", "OWNER_DATABASE_URL", "BROKER_DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        self.environment = {
            **kept,
            "APP_DATABASE_URL": as_role(database, "app").url(),
            "GRANARY_DOCUMENTS": str(documents),
            "PYTHONPATH": str(ROOT),
        }
        self.documents = documents
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, if it does not run, and wait until it answers."""
        if self.process is not None and self.process.poll() is None:
            return
        arguments = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "8"]
        quiet = ["--worker-class", "gthread", "--log-level", "error"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", *arguments, *quiet],
            cwd=ROOT, env=self.environment, start_new_session=True,
        )  # fmt: skip
        give_up = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < give_up, "the server does not answer"

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Kill -9 it with all its workers."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def cookie(user: User, url: str) -> dict[str, str]:
    """Return the session cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}


class Phone:
    """One browser with the field app; everything goes through the page as a thumb would."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self) -> None:
        self.page.goto("/field/")

    def enrol(self) -> None:
        """Set the PIN and wait until the app works without network."""
        self.open()
        self.page.fill("#pin", PIN)
        self.page.fill("#pin-again", PIN)
        self.page.locator(".lock .main").click()
        self.page.locator(".fresh").filter(has_text=":").wait_for()
        self.page.evaluate("navigator.serviceWorker.ready")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")

    def unlock(self, pin: str = PIN) -> None:
        self.page.fill("#pin", pin)
        self.page.locator(".lock .main").click()

    def go(self, tab: str) -> None:
        self.page.locator(f'.tabs a[href="#/{tab}"]').click()

    def begin(self, title: str) -> None:
        """Open a new form."""
        self.go("forms")
        self.page.locator(".entry", has_text=title).first.click()
        self.page.locator(".form").wait_for()

    def field(self, pointer: str) -> Any:
        return self.page.locator(f'[data-pointer="{pointer}"]')

    def fill(self, name: str, income: str) -> None:
        """Fill in the first page of the small form."""
        self.field("/head_name").locator("input").fill(name)
        self.field("/village").locator("select").last.select_option(build.VILLAGE)
        self.field("/income").locator("input").fill(income)

    def stand(self, lat: float | None = None, lon: float | None = None, radius: int = 4) -> None:
        """Be at a place, as the phone's receiver tells it; without one, back in the village."""
        there = {**SPOT, "accuracy": radius}
        if lat is not None and lon is not None:
            there |= {"latitude": lat, "longitude": lon}
        self.context.set_geolocation(there)  # type: ignore[arg-type]

    def next(self) -> None:
        self.page.locator(".bottom .main").click()

    def photograph(self, *pictures: bytes) -> None:
        """Take photos, on the second page of the small form."""
        files = [
            {"name": f"{place}.jpg", "mimeType": "image/jpeg", "buffer": content}
            for place, content in enumerate(pictures)
        ]
        field = self.field("/photos")
        field.locator("input[type=file]").set_input_files(files)
        expect(field.locator("img")).to_have_count(len(pictures))

    def finish(self) -> None:
        """From the last page with questions to the queue."""
        self.next()
        self.page.locator("p.good").wait_for()
        self.next()
        self.page.locator("#queue").wait_for()

    def run(self, body: str, given: Any = None) -> Any:
        """Run JavaScript among the app's own modules, with its key: what the form would call."""
        return self.page.evaluate(
            f"""async (given) => {{
                const records = await import("/static/field/safe/records.js");
                const sync = await import("/static/field/sync.js");
                const photo = await import("/static/field/device/photo.js");
                {body} }}""",
            given,
        )

    def unsent(self) -> int:
        return int(self.run("const c = await records.counts(); return c.draft + c.queued"))

    def send(self) -> None:
        """Press the button that uploads."""
        self.go("records")
        # The page that was open goes only when the new one is put together.
        self.page.locator('.tabs a[href="#/records"][aria-current]').wait_for()
        self.page.locator("main .button.wide").click()


def phone(browser: Browser, server: Web, user: User, **options: Any) -> Phone:
    """Return a phone of somebody who is signed in."""
    context = browser.new_context(
        base_url=server.url, viewport=NARROW, locale="zh-CN",  # type: ignore[arg-type]
        permissions=["geolocation"], geolocation=SPOT, **options,  # type: ignore[arg-type]
    )  # fmt: skip
    return signed_in(context, server, user)


def signed_in(context: BrowserContext, server: Web, user: User) -> Phone:
    """Give a browser somebody's session."""
    context.set_default_timeout(45_000)
    context.add_cookies([cookie(user, server.url)])  # type: ignore[list-item]
    return Phone(context)


def until(holds: Callable[[], bool], page: Page, seconds: float, step: float = 0.5) -> None:
    """Wait until something holds, letting the browser go on."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it did not come about"
        page.wait_for_timeout(step * 1000)
