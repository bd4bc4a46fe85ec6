"""Sentences that are kept and read in another language than the one they were made in."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from tenancy.errors import Refusal
from tenancy.wording import Sentence, as_text, said

CAP = "%(code)s – %(title)s: the %(basis)s annual cost of %(got)s is above %(cap)s. Source: %(source)s"  # noqa: E501
VALUES = {
    "code": "R-1", "title": {"en": "The cap", "zh": "上限"}, "basis": Sentence("nominal"),
    "got": "30.00 %", "cap": "24.00 %", "source": "PBC 2025",
}  # fmt: skip
ENGLISH = "R-1 – The cap: the nominal annual cost of 30.00 % is above 24.00 %. Source: PBC 2025"


def in_chinese(kept: object) -> str:
    with translation.override("zh-hans"):
        return said(kept)


class TestASentence:
    def test_is_put_into_words_when_it_is_read(self) -> None:
        with translation.override("zh-hans"):
            kept = json.loads(json.dumps(Sentence(CAP, VALUES).kept()))

        assert said(kept) == ENGLISH
        assert in_chinese(kept).startswith("R-1 – 上限：")
        assert "24.00 %" in in_chinese(kept)

    def test_fits_where_there_is_room_for_a_text_only(self) -> None:
        kept = Sentence(CAP, VALUES).kept_text()

        assert said(kept) == ENGLISH
        assert "上限" in in_chinese(kept)

    def test_joins_what_is_a_list(self) -> None:
        listed = Sentence("%(all)s", {"all": [Sentence("nominal"), Sentence("effective")]})

        assert said(listed.kept()) == "nominal, effective"
        assert in_chinese(listed.kept()) == "、".join(
            in_chinese(Sentence(each).kept()) for each in ("nominal", "effective")
        )

    def test_is_what_a_refusal_says_and_keeps(self) -> None:
        refusal = Refusal(Sentence(CAP, VALUES))

        assert str(refusal) == ENGLISH
        assert said(refusal.kept()) == ENGLISH
        assert Refusal("No").kept() == "No"


class TestFinishedWords:
    @pytest.mark.parametrize(
        "words", ["", "Known for ten years", "100 % sure", '{"en": broken', "{curly}", "低风险"]
    )
    def test_are_read_as_they_are(self, words: str) -> None:
        assert said(words) == words
        assert in_chinese(words) == words

    def test_of_two_languages_are_read_in_the_readers(self) -> None:
        name = as_text({"en": "First Bank", "zh": "第一银行"})

        assert (said(name), in_chinese(name)) == ("First Bank", "第一银行")
        assert in_chinese(as_text({"en": "First Bank", "zh": ""})) == "First Bank"
