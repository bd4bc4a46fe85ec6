"""Both languages are complete: every message is translated, and every page shows it."""

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.html import strip_tags

from config.home import ROOT
from tenancy import room
from tenancy.roles import Role
from tests.backoffice import house
from tests.backoffice.conftest import SignIn
from tests.backoffice.test_pages import LISTS, pages

APPS = ("tenancy", "ledger", "scoring", "lending", "partners", "merchants", "rural", "config")
# The villages' and the banks' words stand beside their code, all others in one place.
CATALOGUES = [
    ROOT / place / "zh_Hans/LC_MESSAGES/django.po"
    for place in ("locale", "rural/locale", "partners/locale")
]
# What our sources hand to gettext under its own names; makemessages finds the rest.
PYTHON = re.compile(r"""\b(?:_|gettext|gettext_lazy|gettext_noop)\(\s*("(?:[^"\\]|\\.)*")\s*\)""")
TEMPLATE = re.compile(r"""\{% translate "([^"]+)" %\}""")
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]")
# Words that every page would show in English if something were left out.
KEY_LABELS = (
    "Stage", "Amount", "Borrower", "Applications", "Outstanding", "Schedule", "Events", "Reasons",
    "Evidence", "Confirm", "Filters", "Search", "Status", "Business date", "Audit trail", "Home",
    "Principal", "Interest", "Due on", "Points", "Score", "Documents", "Trial balance", "Account",
    "Show all", "Sign out", "Products", "Number", "Service level", "Limit", "Language", "Menu",
)  # fmt: skip


def catalogues() -> list[Catalog]:
    return [read_po(io.BytesIO(path.read_bytes())) for path in CATALOGUES]


def translated() -> dict[str, str]:
    return {
        _first(message.id): _first(message.string)
        for catalogue in catalogues()
        for message in catalogue
        if message.id
    }


def _first(text: str | list[str] | tuple[str, ...] | None) -> str:
    """A message's singular; Chinese has one form."""
    return text if isinstance(text, str) else (text or [""])[0]


def used() -> set[str]:
    """Every message that stands in our sources as one literal."""
    found = set()
    for app in APPS:
        for path in Path(ROOT, app).rglob("*"):
            if path.suffix == ".py":
                text = path.read_text()
                found |= {ast.literal_eval(literal) for literal in PYTHON.findall(text)}
            elif path.suffix == ".html":
                # In a template's message a per cent sign is doubled.
                texts = TEMPLATE.findall(path.read_text())
                found |= {text.replace("%", "%%") for text in texts}
    return found


class TestCatalogue:
    def test_every_message_of_ours_has_a_chinese_translation(self) -> None:
        known = translated()

        missing = {message for message in used() if not known.get(message)}

        assert not missing

    def test_no_translation_is_empty(self) -> None:
        assert [message for message, words in translated().items() if not words] == []

    def test_a_message_means_the_same_in_every_catalogue(self) -> None:
        """They are merged: of two translations one would be seen where the other was meant."""
        meanings: dict[tuple[str, str], set[str]] = {}
        for catalogue in catalogues():
            for message in catalogue:
                key = (message.context or "", _first(message.id))
                meanings.setdefault(key, set()).add(_first(message.string))

        assert [key for key, said in meanings.items() if key[1] and len(said) > 1] == []

    def test_every_translation_keeps_the_places_to_fill_in(self) -> None:
        astray = {
            message: words
            for message, words in translated().items()
            if sorted(PLACE.findall(message.replace("%%", "")))
            != sorted(PLACE.findall(words.replace("%%", "")))
        }

        assert not astray

    def test_the_glossarys_words_are_the_ones_used(self) -> None:
        known = translated()

        for english, chinese in (
            ("credit line", "授信额度"),
            ("offer", "授信要约"),
            ("payment order", "支付指令"),
            ("business date", "营业日"),
            ("daily close", "日终"),
            ("days past due", "逾期天数"),
            ("scorecard", "评分卡"),
            ("policy", "决策策略"),
            ("Audit trail", "审计轨迹"),
            ("Reverse an event", "冲正事件"),
        ):
            assert chinese in known[english], english


class TestPagesInChinese:
    @pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
    def test_no_key_label_is_left_in_english(
        self, furnished: house.House, sign_in: SignIn, role: Role
    ) -> None:
        browser = sign_in(role)
        browser.post("/language", {"language": "zh-hans", "next": "/admin/"})
        with room.enter(furnished.tenant.pk):
            own = pages(furnished)

        left = {}
        for page in ["", *LISTS, *own]:
            answer = browser.get(f"/admin/{page}")
            if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
                continue
            shown = {word.strip() for word in words_of(answer.content.decode())}
            if english := shown & set(KEY_LABELS):
                left[page] = english
        assert not left

    def test_a_refusal_speaks_chinese(self, furnished: house.House, sign_in: SignIn) -> None:
        browser = sign_in(Role.OFFICER)
        browser.post("/language", {"language": "zh-hans", "next": "/admin/"})
        page = f"/admin/lending/application/{furnished.referred.pk}/change/"

        typed = {"amount": "160000", "annual_rate": "20", "term": "90", "reason": "x"}
        answer = house.send(browser, page, "approve", **typed)

        assert "超过您的审批权限" in answer.content.decode()
        translation.activate("en")


def words_of(page: str) -> list[str]:
    """The texts between a page's tags."""
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    return strip_tags(re.sub(r">\s*", ">\n", re.sub(r"\s*<", "\n<", body))).splitlines()
