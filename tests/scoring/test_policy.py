"""Decision tables: what they answer, and what is refused before they may."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.cells import InvalidInput, InvalidPolicy
from scoring.rules.policy import NoRuleMet, decide, load
from scoring.rules.policy_checks import findings
from tests.scoring import build

TEXT = {"en": "text"}
LIMITS = {"grid": "1000", "bounds": [{"code": "asked", "kind": "request", "key": "amount"}]}
PRICES = {"by_band": {"good": "0.2"}}
AGE = {"name": "age", "type": "integer", "from": "0", "to": "120"}
SHARE = {"name": "share", "type": "number", "nullable": True}
TRADE = {"name": "trade", "type": "text", "nullable": True}


def table(*rules, inputs=(AGE, SHARE, TRADE)):
    return load(
        {
            "format": "granary.policy/1",
            "inputs": list(inputs),
            "rules": [
                {"code": code, "when": when, "outcome": outcome, "text": TEXT}
                for code, when, outcome in rules
            ],
            "limits": LIMITS,
            "prices": PRICES,
        }
    )


REST: tuple[str, dict[str, Any], str] = ("rest", {}, "refer")


def hit(policy, **facts):
    return decide(policy, {"age": 30, **facts}).rule.code


class TestDecide:
    @pytest.mark.parametrize(
        ("when", "met", "unmet"),
        [
            ({"age": {"=": "30"}}, {"age": 30}, {"age": 31}),
            ({"age": {"!=": "30"}}, {"age": 31}, {"age": 30}),
            ({"age": {">": "30"}}, {"age": 31}, {"age": 30}),
            ({"age": {">=": "30"}}, {"age": 30}, {"age": 29}),
            ({"age": {"<": "30"}}, {"age": 29}, {"age": 30}),
            ({"age": {"<=": "30"}}, {"age": 30}, {"age": 31}),
            ({"age": {"in": ["18", "65"]}}, {"age": 65}, {"age": 30}),
            ({"age": {"not_in": ["18", "65"]}}, {"age": 30}, {"age": 18}),
            ({"age": {"range": ["18", "65"]}}, {"age": 18}, {"age": 65}),
            ({"age": {"range": ["18", None]}}, {"age": 120}, {"age": 17}),
            ({"age": {">=": "18", "<": "65"}}, {"age": 64}, {"age": 65}),
            ({"share": {"missing": True}}, {"share": None}, {"share": "0"}),
            ({"share": {"missing": False}}, {"share": "0"}, {"share": None}),
            ({"share": {">": "0.1"}}, {"share": "0.10000000000000000001"}, {"share": "0.1"}),
            ({"share": {"<": "1"}}, {"share": "0.5"}, {"share": None}),
            ({"share": {"!=": "1"}}, {"share": "0.5"}, {"share": None}),
            ({"trade": {"=": "食品"}}, {"trade": "食品"}, {"trade": "钢材"}),
            ({"trade": {"not_in": ["x"]}}, {"trade": "y"}, {"trade": None}),
        ],
    )
    def test_operators(self, when, met, unmet):
        policy = table(("it", when, "decline"), REST)

        assert hit(policy, **met) == "it"
        assert hit(policy, **unmet) == "rest"

    def test_the_first_rule_that_is_met_decides_and_all_are_traced(self):
        policy = table(
            ("young", {"age": {"<": "18"}}, "decline"),
            ("small", {"share": {"<": "0.5"}}, "refer"),
            ("any", {}, "approve"),
        )

        verdict = decide(policy, {"age": 40, "share": "0.2"})

        assert verdict.rule.code == "small"
        assert [(row["code"], row["met"], row["decides"]) for row in verdict.trace] == [
            ("young", False, False),
            ("small", True, True),
            ("any", True, False),
        ]
        assert verdict.trace[0]["cells"] == [
            {"input": "age", "operator": "<", "operand": "18", "value": 40, "met": False}
        ]

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"age": None}, "age is missing"),
            ({"age": "many"}, "is not a number"),
            ({"age": "3.5"}, "finite integer"),
            ({"age": "1e999999999"}, "more than 16 digits"),
            ({"share": "-1e17"}, "more than 16 digits"),
            ({"age": 121}, "outside its declared bounds"),
            ({"share": "NaN"}, "finite number"),
            ({"trade": 5}, "is not text"),
        ],
    )
    def test_refuses_a_fact_that_does_not_fit_its_column(self, facts, message):
        with pytest.raises(InvalidInput, match=message):
            hit(table(REST), **facts)

    def test_a_gap_is_an_error_not_a_silent_approval(self):
        with pytest.raises(NoRuleMet):
            hit(table(("young", {"age": {"<": "18"}}, "decline")))


class TestLoad:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"format": "x"}, "format"),
            ({"hit": "collect"}, "only the hit policy 'first'"),
            ({"rules": []}, "0 rules"),
            ({"inputs": [AGE, AGE]}, "age is declared twice"),
            ({"inputs": [{"name": "age", "type": "date"}]}, "type 'date'"),
            ({"inputs": [{"name": "score", "type": "number"}]}, "expected 'integer'"),
            ({"limits": None}, "limits: expected"),
            ({"limits": {"grid": "0", "bounds": LIMITS["bounds"]}}, "above zero"),
            ({"limits": {"grid": 1000.0, "bounds": LIMITS["bounds"]}}, "not a decimal string"),
            ({"limits": {"grid": "1", "bounds": []}}, "at least one bound"),
            ({"prices": {"by_band": {"good": 0.2}}}, "not a decimal string"),
        ],
    )
    def test_refuses_what_is_malformed(self, change, message):
        with pytest.raises(InvalidPolicy, match=message):
            load({**build.table(), **change})

    @pytest.mark.parametrize(
        ("rule", "message"),
        [
            ({"when": {"weight": {"=": "1"}}}, "unknown column 'weight'"),
            ({"when": {"score": {"~": "1"}}}, "no such operator"),
            ({"when": {"score": {"=": 1.5}}}, "not a decimal string"),
            ({"when": {"score": {"in": []}}}, "not empty"),
            ({"when": {"score": {"range": ["9", "1"]}}}, "is empty"),
            ({"when": {"has_insufficient_data": {">": True}}}, "no such operator"),
            ({"outcome": "maybe"}, "outcome 'maybe'"),
            ({"text": {}}, "needs at least English"),
            ({"code": ""}, "expected text"),
        ],
    )
    def test_refuses_a_malformed_rule_and_names_it(self, rule, message):
        document = build.table()
        document["rules"][0] = {**document["rules"][0], **rule}

        with pytest.raises(InvalidPolicy, match=message):
            load(document)


class TestFindings:
    def codes(self, policy, features=None):
        return [(f.code, f.rule) for f in findings(policy, features)]

    def test_the_policy_that_comes_with_granary_has_no_error(self):
        found = findings(load(build.table()), build.catalogue().features)

        assert [finding for finding in found if finding.is_error] == []

    def test_a_gap_is_shown_by_an_example(self):
        policy = table(
            ("young", {"age": {"<": "18"}}, "decline"),
            ("adult", {"age": {">": "18"}}, "approve"),
            inputs=[AGE],
        )

        [gap] = findings(policy)

        assert (gap.code, gap.is_error) == ("gap", True)
        assert gap.message == "no rule is met by age 18"

    def test_whole_numbers_leave_no_gap_between_neighbours(self):
        policy = table(
            ("young", {"age": {"<=": "17"}}, "decline"),
            ("adult", {"age": {">=": "18"}}, "approve"),
            inputs=[AGE],
        )

        assert findings(policy) == []

    def test_a_nullable_column_needs_a_rule_for_missing(self):
        policy = table(
            ("low", {"share": {"<": "0.5"}}, "approve"),
            ("high", {"share": {">=": "0.5"}}, "decline"),
            inputs=[SHARE],
        )

        assert [f.message for f in findings(policy)] == ["no rule is met by share missing"]

    def test_a_rule_behind_others_that_take_everything_is_unreachable(self):
        policy = table(
            ("low", {"share": {"<": "0.5"}}, "approve"),
            ("high", {"share": {">=": "0.3"}}, "approve"),
            ("middle", {"share": {"range": ["0.2", "0.9"]}}, "approve"),
            REST,
        )

        assert self.codes(policy) == [("unreachable", "middle")]

    def test_a_rule_that_contradicts_itself_is_unreachable(self):
        policy = table(("never", {"age": {"<": "18", ">": "65"}}, "decline"), REST)

        [finding] = findings(policy)
        assert finding.message == "its cells contradict each other"

    def test_an_overlap_with_another_outcome_is_told_but_allowed(self):
        policy = table(
            ("young", {"age": {"<": "25"}}, "decline"),
            ("rich", {"share": {">": "0.9"}}, "approve"),
            REST,
        )

        [finding] = findings(policy)
        assert (finding.code, finding.rule, finding.is_error) == ("overlap", "rich", False)

    def test_a_column_that_nobody_fills_is_an_error(self):
        assert ("unknown_column", "") in self.codes(table(REST), features=["age", "share"])
        assert self.codes(table(REST), features=["age", "share", "trade"]) == []

    def test_limits_read_known_columns_only(self):
        document = build.table()
        document["limits"]["bounds"][-1]["feature"] = "wishes"

        found = findings(load(document), build.catalogue().features)
        assert [f.message.split()[0] for f in found if f.is_error] == ["wishes"]

    cells = st.fixed_dictionaries(
        {},
        optional={
            "age": st.sampled_from(
                [{"<": "40"}, {">=": "40"}, {"range": ["20", "60"]}, {"in": ["7", "8"]}]
            ),
            "share": st.sampled_from([{"<": "0.5"}, {">=": "0.5"}, {"missing": True}]),
            "trade": st.sampled_from([{"=": "a"}, {"not_in": ["a", "b"]}, {"missing": False}]),
        },
    )

    @given(
        st.lists(cells, min_size=1, max_size=5),
        st.integers(0, 120),
        st.none() | st.sampled_from(["0", "0.5", "2"]),
        st.none() | st.sampled_from(["a", "b", "c"]),
    )
    def test_where_no_gap_is_found_every_case_is_decided(self, rules, age, share, trade):
        policy = table(*((f"r{n}", when, "refer") for n, when in enumerate(rules)))
        found = self.codes(policy)
        facts = {"age": age, "share": share, "trade": trade}

        if ("gap", "") in found:
            return
        assert ("unreachable", decide(policy, facts).rule.code) not in found


class TestSampleTable:
    @pytest.mark.parametrize(
        ("score", "code"),
        [
            (350, "low_score"),
            (549, "low_score"),
            (550, "medium_score"),
            (599, "medium_score"),
            (600, "good_score"),
            (950, "good_score"),
        ],
    )
    def test_cuts_where_its_texts_say(self, score, code):
        facts = {
            **build.HEALTHY,
            "score": score,
            "pd": "0.01",
            "band": "good",
            "has_insufficient_data": False,
        }

        assert decide(load(build.table()), facts).rule.code == code

    def test_is_not_changed_by_compiling(self):
        document = build.table()
        before = deepcopy(document)
        load(document)

        assert document == before
        assert Decimal(document["limits"]["grid"]) == 1000
