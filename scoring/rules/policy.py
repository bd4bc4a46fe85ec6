"""
A decision table: ordered rules, of which the first that is met decides.

Small, typed and versioned as data; compiled to closures. Every rule is evaluated, also those after
the hit, so that the trace shows what else would have spoken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.rules.cells import Cell, Fact, Input, InvalidPolicy, Value, compile_cell, read_input
from scoring.rules.limits import LimitTable, read_limits
from scoring.rules.pricing import PriceTable, read_prices
from scoring.rules.scaling import BANDS, HIGHEST, LOWEST

FORMAT = "granary.policy/1"
OUTCOMES = ("approve", "refer", "decline")
MAX_RULES = 500

# What the score offers to a table, beside the features and `request.…`.
SCORE_INPUTS: Mapping[str, str] = {
    "score": "integer",
    "pd": "number",
    "band": "text",
    "has_insufficient_data": "boolean",
}
REQUEST = "request."


class NoRuleMet(ValueError):
    """The table has a gap; the check before publishing should have found it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: all its cells must be met. `text` is what the applicant is told, by language."""

    code: str
    cells: tuple[Cell, ...]
    outcome: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Policy:
    """A compiled table; see `load`."""

    inputs: Mapping[str, Input]
    rules: tuple[Rule, ...]
    limits: LimitTable
    prices: PriceTable


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rule that decided, and the trace of all."""

    rule: Rule
    trace: list[dict[str, Any]]


def load(document: Mapping[str, Any]) -> Policy:
    """
    Compile a table. Whether it is complete is for `policy_checks.findings` to say.

    :raises InvalidPolicy: for anything malformed: the message names rule and input
    """
    if document.get("format") != FORMAT:
        raise InvalidPolicy(f"format: expected {FORMAT}, got {document.get('format')!r}")
    if document.get("hit", "first") != "first":
        raise InvalidPolicy("hit: only the hit policy 'first' is known")
    inputs: dict[str, Input] = {}
    for row in document.get("inputs", ()):
        column = read_input(row)
        if column.name in inputs:
            raise InvalidPolicy(f"input {column.name} is declared twice")
        inputs[column.name] = _with_score_bounds(column)
    rules = tuple(_rule(row, inputs) for row in document.get("rules", ()))
    if not 0 < len(rules) <= MAX_RULES:
        raise InvalidPolicy(f"rules: {len(rules)} rules, expected 1 to {MAX_RULES}")
    codes = [rule.code for rule in rules]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise InvalidPolicy(f"rule {twice[0]} occurs twice")
    limits = read_limits(document.get("limits"))
    return Policy(inputs, rules, limits, read_prices(document.get("prices")))


def decide(policy: Policy, facts: Mapping[str, Fact]) -> Verdict:
    """
    Return the first rule that is met, with every rule's cells and whether they were met.

    :raises InvalidInput: if a fact does not fit its column
    :raises NoRuleMet: if no rule is met
    """
    values = {name: column.value(facts.get(name)) for name, column in policy.inputs.items()}
    shown = {name: facts.get(name) for name in values}
    hit: Rule | None = None
    trace = []
    for rule in policy.rules:
        cells = [_traced(cell, values[cell.input], shown[cell.input]) for cell in rule.cells]
        is_met = all(cell["met"] for cell in cells)
        if is_met and hit is None:
            hit = rule
        trace.append(
            {
                "code": rule.code,
                "outcome": rule.outcome,
                "cells": cells,
                "met": is_met,
                "decides": hit is rule,
            }
        )
    if hit is None:
        raise NoRuleMet("no rule is met")
    return Verdict(hit, trace)


def _traced(cell: Cell, value: Value, shown: Fact) -> dict[str, Any]:
    return {
        "input": cell.input,
        "operator": cell.operator,
        "operand": cell.operand,
        "value": shown,
        "met": cell.met(value),
    }


def _rule(row: Mapping[str, Any], inputs: Mapping[str, Input]) -> Rule:
    code, outcome = row.get("code"), row.get("outcome")
    if not isinstance(code, str) or not code:
        raise InvalidPolicy(f"a rule has the code {code!r}, expected text")
    if outcome not in OUTCOMES:
        raise InvalidPolicy(f"rule {code}: outcome {outcome!r}, expected one of {OUTCOMES}")
    cells = []
    for name, conditions in row.get("when", {}).items():
        if name not in inputs:
            raise InvalidPolicy(f"rule {code}: unknown column {name!r}")
        if not isinstance(conditions, dict) or not conditions:
            raise InvalidPolicy(f"rule {code}: {name} needs an operator")
        for symbol, operand in conditions.items():
            try:
                cells.append(compile_cell(inputs[name], symbol, operand))
            except InvalidPolicy as problem:
                raise InvalidPolicy(f"rule {code}: {problem}") from problem
    text = row.get("text")
    if not isinstance(text, dict) or not text.get("en"):
        raise InvalidPolicy(f"rule {code}: text needs at least English")
    return Rule(code, tuple(cells), outcome, text)


def _with_score_bounds(column: Input) -> Input:
    """The score's own columns have one type and one range, whatever the table says."""
    kind = SCORE_INPUTS.get(column.name)
    if kind is None:
        return column
    if column.type != kind:
        raise InvalidPolicy(f"input {column.name}: type {column.type!r}, expected {kind!r}")
    if column.name == "score":
        return Input("score", kind, False, Decimal(LOWEST), Decimal(HIGHEST))
    if column.name == "band":
        return Input("band", kind, values=tuple(code for code, _ in BANDS))
    return Input(column.name, kind)
