"""A loan as one JSON document in, one out."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lending.rules.events import InvalidEvents
from lending.rules.simulation import InvalidCase, simulate
from lending.rules.terms import InvalidTerms

TERMS = {
    "principal": "100000",
    "currency": "CNY",
    "annual_rate": "0.219",
    "method": "bullet",
    "day_count": "actual/365",
    "starts_on": "2026-01-05",
    "periods": 1,
    "every": 180,
    "unit": "days",
}


def case(**changes):
    return {
        "terms": TERMS,
        "events": [
            {"kind": "disbursed", "effective_on": "2026-01-05", "amount": "100000"},
            {"kind": "repaid", "effective_on": "2026-04-05", "amount": "50000"},
        ],
        "as_of": "2026-07-04",
        **changes,
    }


class TestSimulate:
    def test_answers_with_schedule_allocations_balances_and_status(self):
        answer = simulate(case())

        assert answer["status"] == "active"
        assert answer["schedule"][0]["interest_due"] == "8391.60"
        assert answer["allocations"][0]["principal"] == "44600.00"
        assert answer["balances"]["payoff"] == "58391.60"
        assert answer["oldest_unpaid_due_on"] == "2026-07-04"

    def test_posts_entries_that_balance(self):
        journal = simulate(case())["journal"]

        assert [entry["kind"] for entry in journal] == [
            "disbursed",
            "accrued",
            "repaid",
            "accrued",
        ]
        for entry in journal:
            assert sum(Decimal(line["amount"]) for line in entry["lines"]) == 0

    def test_books_end_where_the_balances_are(self):
        answer = simulate(case())
        totals: dict[str, Decimal] = {}
        for entry in answer["journal"]:
            for line in entry["lines"]:
                account = line["account"]
                totals[account] = totals.get(account, Decimal(0)) + Decimal(line["amount"])

        assert totals["1100"] == Decimal(answer["balances"]["principal"])
        assert totals["1210"] == Decimal("8391.60") - Decimal("5400.00")
        assert totals["4100"] == -Decimal(answer["balances"]["interest_accrued"])

    @pytest.mark.parametrize(
        ("changes", "error", "names"),
        [
            ({"as_of": "tomorrow"}, InvalidCase, "as_of"),
            ({"terms": {**TERMS, "annual_rate": 0.219}}, InvalidTerms, "annual_rate"),
            ({"terms": {**TERMS, "method": "balloon"}}, InvalidTerms, "method"),
            ({"terms": {**TERMS, "principal": "NaN"}}, InvalidTerms, "principal"),
            ({"terms": {**TERMS, "colour": "red"}}, InvalidTerms, "colour"),
            ({"terms": {k: v for k, v in TERMS.items() if k != "currency"}}, InvalidTerms, "curr"),
            ({"terms": {**TERMS, "principal": "-1"}}, InvalidTerms, "positive"),
            ({"events": [{"kind": "stolen"}]}, InvalidEvents, "events/0/kind"),
            ({"events": [{"kind": "repaid"}]}, InvalidEvents, "events/0/effective_on"),
            ({"events": "none"}, InvalidCase, "events"),
            ({"more": 1}, InvalidCase, "fields"),
        ],
    )
    def test_names_the_field_that_does_not_fit(self, changes, error, names):
        with pytest.raises(error, match=names):
            simulate(case(**changes))

    def test_the_case_of_the_manual_is_this_one(self):
        manual = (Path(__file__).parents[3] / "docs" / "engine.md").read_text(encoding="utf-8")
        written = manual.split("```json")[1].split("```")[0]

        assert json.loads(written) == case()


class TestCommand:
    def test_reads_stdin_and_writes_one_json_object(self, monkeypatch):
        out = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(case())))

        call_command("simulate", stdout=out)

        assert json.loads(out.getvalue()) == simulate(case())

    @pytest.mark.parametrize("text", ["", "not json", "[]", '{"terms": {}}'])
    def test_says_what_is_wrong_with_its_input(self, monkeypatch, text):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

        with pytest.raises(CommandError):
            call_command("simulate")
