"""The form engine against the vectors that its JavaScript twin runs too."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rural.rules.forms import checking, content, definitions, expressions, identity, lint, personal
from rural.rules.forms.expressions import Scope
from rural.rules.forms.findings import Context, Finding

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
FORMS = Path(definitions.__file__).resolve().parents[2] / "forms"
ROLES = frozenset({"officer", "supervisor", "agent"})


def vectors(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def named(name: str) -> Any:
    cases = vectors(name)["cases"]
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def written(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    return f"{value.normalize():f}" if value else "0"


class TestExpressions:
    @named("expressions")
    def test_have_the_value_of_the_vector(self, case: dict[str, Any]) -> None:
        given_ = vectors("expressions")
        scope = Scope(given_["answers"], date.fromisoformat(given_["today"]), case.get("row", {}))

        assert written(expressions.evaluate(case["expr"], scope)) == case["result"]

    def test_every_operator_has_a_vector(self) -> None:
        used = {case["expr"][0] for case in vectors("expressions")["cases"]}

        assert set(expressions.OPERATORS) <= used | {"column"}

    @given(a=st.decimals(-(10**9), 10**9, places=4), b=st.decimals(-(10**9), 10**9, places=4))
    def test_sums_are_those_of_decimals(self, a: Decimal, b: Decimal) -> None:
        scope = Scope({"a": f"{a:f}", "b": f"{b:f}"}, date(2026, 3, 1))

        assert expressions.evaluate(["add", ["field", "a"], ["field", "b"]], scope) == a + b


class TestChecking:
    @named("validation")
    def test_finds_what_the_vector_says(self, case: dict[str, Any]) -> None:
        given_ = vectors("validation")
        context = given_["context"] | {k: case[k] for k in case if k in ("role", "may_be_masked")}

        found = checking.check(
            definitions.parse(given_["definition"]),
            case["answers"],
            Context(
                role=context["role"],
                today=date.fromisoformat(context["today"]),
                finalized_at=datetime.fromisoformat(context["finalized_at"]),
                lists={name: frozenset(rows) for name, rows in context["lists"].items()},
                may_be_masked=context.get("may_be_masked", False),
            ),
        )

        assert places(found.errors) == case["errors"]
        assert places(found.warnings) == case["warnings"]

    def test_never_repeats_a_personal_number(self) -> None:
        definition = definitions.parse(vectors("validation")["definition"])
        answers = {"name": "王建国", "mu": "1", "has": False, "income": "1"}
        context = Context(role="officer", today=date(2026, 3, 1))

        found = checking.check(
            definition, answers | {"id_no": "110105194912310021", "phone": "12800138000"}, context
        )

        assert [error.value for error in found.errors] == ["110***********0021", "128****8000"]


def places(found: list[Finding]) -> list[list[str]]:
    return [[finding.pointer, finding.rule] for finding in found]


class TestContentHash:
    @pytest.mark.parametrize("case", vectors("content")["cases"])
    def test_is_that_of_the_canonical_json(self, case: dict[str, Any]) -> None:
        body, attachments = case["body"], case["body"]["attachments"]

        assert content.content_hash(body, attachments) == case["sha256"]
        assert (
            content.canonical(body | {"attachments": sorted(attachments)}).decode()
            == (case["canonical"])
        )


class TestIdNumbers:
    @pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
    def test_of_the_standard_are_valid(self, number: str) -> None:
        assert identity.is_id_number(number)

    @given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16))
    def test_a_changed_digit_never_keeps_its_check_digit(self, digits: str, place: int) -> None:
        changed = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]

        assert identity.check_digit(digits) != identity.check_digit(changed)


class TestPersonalNumbers:
    def test_leave_the_answers_and_come_back(self) -> None:
        form = definitions.parse(json.loads((FORMS / "F1.json").read_text(encoding="utf-8")))
        sent = {
            "head_name": "王建国",
            "id_no": "11010519491231002X",
            "phone": "13800138000",
            "members": [{"name": "李", "id_no": "440524188001010014"}, {"name": "王"}],
        }

        masked, numbers = personal.split(form, sent)

        assert sorted(numbers) == ["/id_no", "/members/0/id_no", "/phone"]
        assert masked["members"][0]["id_no"] == "440***********0014"
        assert not any(number in json.dumps(masked) for number in numbers.values())
        assert personal.restore(masked, numbers) == sent

    def test_are_not_in_the_offline_pack_at_all(self) -> None:
        form = definitions.parse(json.loads((FORMS / "F1.json").read_text(encoding="utf-8")))
        kept = personal.without_numbers(
            form, {"head_name": "王", "phone": "138", "members": [{"name": "李", "id_no": "4"}]}
        )

        assert kept == {"head_name": "王", "members": [{"name": "李"}]}


class TestLint:
    @pytest.mark.parametrize("path", sorted(FORMS.glob("F*.json")), ids=lambda path: path.stem)
    def test_finds_nothing_wrong_with_our_own_forms(self, path: Path) -> None:
        assert lint.problems(json.loads(path.read_text(encoding="utf-8")), roles=ROLES) == []

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"type": "colour"}, "/sections/0/fields/0/type"),
            ({"min": 3}, "/sections/0/fields/0/min"),
            ({"name": "Größe"}, "/sections/0/fields/0/name"),
            ({"label": {"en": "only"}}, "/sections/0/fields/0/label"),
            (
                {"constraint": ["gt", ["field", "nobody"], "1"]},
                "/sections/0/fields/0/constraint/1",
            ),
            ({"constraint": ["boom"]}, "/sections/0/fields/0/constraint"),
            ({"constraint": ["gt", "1"]}, "/sections/0/fields/0/constraint"),
            ({"constraint": ["gt", 1, "1"]}, "/sections/0/fields/0/constraint/1"),
            ({"pattern": "("}, "/sections/0/fields/0/pattern"),
            ({"type": "select"}, "/sections/0/fields/0/choices"),
            ({"type": "repeat"}, "/sections/0/fields/0/fields"),
            ({"near": ["nobody"]}, "/sections/0/fields/0/near"),
            ({"colour": "red"}, "/sections/0/fields/0/colour"),
            ({"required": ["column", "x", "y"]}, "/sections/0/fields/0/required"),
        ],
    )
    def test_says_where(self, change: dict[str, Any], pointer: str) -> None:
        definition = small()
        definition["sections"][0]["fields"][0] |= change

        assert pointer in [p.pointer for p in lint.problems(definition, roles=ROLES)]

    @pytest.mark.parametrize("broken", [[], {}, {"sections": "x"}, None, "text", {"roles": [1]}])
    def test_survives_what_is_no_definition(self, broken: Any) -> None:
        assert lint.problems(broken, roles=ROLES)

    def test_finds_a_name_that_stands_twice(self) -> None:
        definition = small()
        definition["sections"].append({**definition["sections"][0], "name": "again"})

        assert [p.rule for p in lint.problems(definition, roles=ROLES)] == ["repeated"]


def small() -> dict[str, Any]:
    words = {"zh": "面积", "en": "area"}
    field = {"name": "area", "type": "decimal", "label": words}
    section = {"name": "one", "title": words, "fields": [field]}
    return {"code": "T", "version": 1, "title": words, "roles": ["officer"], "sections": [section]}
