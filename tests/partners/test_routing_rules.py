from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.rules.reasons import TEXTS, Reason
from partners.rules.regulation import Breach
from partners.rules.routing import Candidate, QuotaLeft, Wanted, judge, ranked

ON = date(2026, 1, 5)


def wanted(**changes: Any) -> Wanted:
    facts: dict[str, Any] = {
        "product": "wheat", "amount": Decimal(50_000), "currency": "CNY",
        "annual_rate": Decimal("0.12"), "all_in_rate": Decimal("0.13"), "term": 180,
        "term_unit": "days", "on": ON, "local_time": time(12), "grade": "B", "region": "330102",
        "industry": "A01", "age": 40, "consents": frozenset({"harbour"}),
    }  # fmt: skip
    return Wanted(**{**facts, **changes})


def candidate(key: str = "a", **changes: Any) -> Candidate:
    facts: dict[str, Any] = {
        "key": key, "bank": "harbour", "model": "CO_LEND", "bank_ratio_bp": 7_000,
        "currency": "CNY", "effective_from": ON, "effective_to": None,
        "max_annual_rate": Decimal("0.24"), "max_all_in_rate": None,
        "min_amount": Decimal(1_000), "max_amount": Decimal(100_000), "min_term": 30,
        "max_term": 360, "term_unit": "days", "priority": 10, "weight": 1,
    }  # fmt: skip
    return Candidate(**{**facts, **changes})


BREACH = Breach(
    "CN-1", "Title", "标题", "own_ratio", "ge", Decimal("0.3"), Decimal("0.2"), "Notice", "x", True
)
DAY = QuotaLeft("day", Decimal(100_000), Decimal(49_999))


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "offered", "code"),
        [
            ({}, {}, None),
            ({}, {"effective_from": date(2026, 1, 6)}, "agreement_not_in_force"),
            ({}, {"effective_to": date(2026, 1, 4)}, "agreement_not_in_force"),
            ({}, {"effective_to": ON}, None),
            ({"currency": "INR"}, {}, "currency"),
            ({}, {"products": ("maize",)}, "product"),
            ({}, {"products": ("maize", "wheat")}, None),
            ({}, {"grades": ("A",)}, "grade"),
            ({"grade": ""}, {"grades": ("A",)}, "grade"),
            ({}, {"regions": ("34",)}, "region"),
            ({}, {"regions": ("3301",)}, None),
            ({"region": ""}, {"regions": ("33",)}, "region"),
            ({}, {"industries": ("C",)}, "industry"),
            ({"age": 61}, {"min_age": 18, "max_age": 60}, "age"),
            ({"age": 60}, {"min_age": 18, "max_age": 60}, None),
            ({"age": 18}, {"min_age": 18}, None),
            ({"age": 17}, {"min_age": 18}, "age"),
            ({"age": None}, {"min_age": 18}, "age"),
            ({"age": None}, {}, None),
            ({"amount": Decimal("100000.01")}, {}, "amount"),
            ({"amount": Decimal("999.99")}, {}, "amount"),
            ({"amount": Decimal(1_000)}, {}, None),
            ({"term": 361}, {}, "term"),
            ({"term": 12, "term_unit": "months"}, {}, "term"),
            ({"annual_rate": Decimal("0.2401")}, {}, "rate"),
            ({}, {"max_all_in_rate": Decimal("0.13")}, None),
            ({}, {"max_all_in_rate": Decimal("0.1299")}, "all_in"),
            ({}, {"is_active": False}, "bank_inactive"),
            ({}, {"is_listed": False}, "whitelist"),
            ({}, {"exposure_cap": Decimal(35_000)}, None),
            ({}, {"exposure_cap": Decimal(35_000), "exposure": Decimal(1)}, "exposure_cap"),
            ({}, {"borrower_cap": Decimal(34_999)}, "borrower_cap"),
            ({}, {"quotas": (DAY,)}, "quota"),
            ({}, {"quotas": (replace(DAY, left=Decimal(50_000)),)}, None),
            ({}, {"opens_at": time(9), "closes_at": time(12)}, "closed"),
            ({}, {"opens_at": time(12), "closes_at": time(13)}, None),
            ({"consents": frozenset()}, {}, "consent"),
            ({"consents": frozenset({"coast"})}, {}, "consent"),
            ({"refused": frozenset({"harbour"})}, {}, "consent_refused"),
            ({}, {"was_asked": True}, "asked_before"),
            ({}, {"declined_lately": True, "declined_days": 30}, "declined_lately"),
            ({}, {"breaches": (BREACH,)}, "rule"),
            ({}, {"breaches": (replace(BREACH, blocks=False),)}, None),
        ],
    )
    def test_let_pass_or_say_why_not(
        self, asked: dict[str, Any], offered: dict[str, Any], code: str | None
    ) -> None:
        (judged,) = judge(wanted(**asked), [candidate(**offered)])

        assert [reason.code for reason in judged.reasons] == ([code] if code else [])

    def test_keep_every_reason_not_only_the_first(self) -> None:
        (judged,) = judge(
            wanted(grade="D", age=70),
            [candidate(grades=("A",), max_age=60, quotas=(DAY,), is_listed=False)],
        )

        assert [reason.code for reason in judged.reasons] == [
            "grade", "age", "quota", "whitelist",
        ]  # fmt: skip

    def test_ask_no_list_and_no_consent_of_our_own_book(self) -> None:
        own = candidate(model="OWN", bank="", bank_ratio_bp=0, is_listed=False)

        (judged,) = judge(wanted(consents=frozenset()), [own])

        assert judged.passed

    def test_name_the_rule_and_its_source(self) -> None:
        (judged,) = judge(wanted(), [candidate(breaches=(BREACH,))])

        kept = judged.reasons[0].to_json()
        assert (kept["rule"], kept["source"]) == ("CN-1", "Notice (x)")
        assert kept["text"] == {"en": "CN-1: Title", "zh": "CN-1：标题"}

    @pytest.mark.parametrize("code", sorted(TEXTS))
    def test_have_words_in_both_languages(self, code: str) -> None:
        text = Reason(code, value="1", limit="2", scope="day").text

        assert text["en"]
        assert text["zh"] != text["en"] or code == "rule"
        assert "{" not in text["en"] + text["zh"]


class TestOrder:
    def test_follows_priority(self) -> None:
        order = ranked(
            judge(wanted(), [candidate("late", priority=20), candidate("soon", priority=5)]), "s"
        )

        assert [each.key for each in order] == ["soon", "late"]

    def test_puts_our_own_book_last_whatever_its_priority(self) -> None:
        own = candidate("own", model="OWN", bank_ratio_bp=0, priority=0)

        assert [each.key for each in ranked(judge(wanted(), [own, candidate()]), "s")] == [
            "a", "own",
        ]  # fmt: skip

    def test_leaves_out_who_did_not_pass(self) -> None:
        assert ranked(judge(wanted(), [candidate(is_active=False)]), "s") == []

    def test_puts_a_bank_beyond_its_fair_part_behind_the_others(self) -> None:
        served = candidate("a", fairness_cap_bp=5_000, month_count=5, month_total=9, priority=1)
        other = candidate("b", month_count=4, month_total=9)

        order = ranked(judge(wanted(), [served, other]), "s")

        assert [each.key for each in order] == ["b", "a"]

    def test_spares_a_bank_of_priority_0_its_fair_part(self) -> None:
        served = candidate("a", fairness_cap_bp=5_000, month_count=9, month_total=9, priority=0)

        assert ranked(judge(wanted(), [candidate("b"), served]), "s")[0].key == "a"

    @given(seed=st.text(max_size=20), count=st.integers(1, 6))
    def test_is_the_same_for_the_same_seed_whatever_the_order_of_reading(
        self, seed: str, count: int
    ) -> None:
        many = [candidate(str(number)) for number in range(count)]

        forwards = ranked(judge(wanted(), many), seed)
        backwards = ranked(judge(wanted(), many[::-1]), seed)

        assert forwards == backwards
        assert {each.key for each in forwards} == {each.key for each in many}

    def test_draws_by_weight_and_by_what_is_left(self) -> None:
        heavy = candidate("heavy", weight=3)
        spent = candidate(
            "spent", weight=3, quotas=(QuotaLeft("day", Decimal(600_000), Decimal(60_000)),)
        )
        light = candidate("light", weight=1)
        judged = judge(wanted(), [heavy, spent, light])

        firsts = [ranked(judged, str(seed))[0].key for seed in range(2_000)]

        # Weights of 3, 0.3 and 1 in 4.3; six standard deviations either way.
        for key, weight in (("heavy", 3.0), ("spent", 0.3), ("light", 1.0)):
            part = weight / 4.3
            spread = 6 * (part * (1 - part) / 2_000) ** 0.5
            assert abs(firsts.count(key) / 2_000 - part) < spread, key
