"""Is funding with others within the law? The law itself is data: dated, sourced rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from partners.rules.funding import WHOLE_BP

EVERYBODY = "all_lenders"
BANK = "bank"
OPERATORS = {"le": "≤", "ge": "≥", "eq": "="}


class Rule(Protocol):
    """
    What a rule has to say of itself; a row of a jurisdiction's rule set does.

    It is kept while the value of `metric` stands to `threshold` as `operator` says ("le", "ge",
    "eq"). `funding_models` empty means all; `effective_to` is the last day on which it binds.
    """

    @property
    def code(self) -> str: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def title_zh(self) -> str: ...
    @property
    def applies_to(self) -> str: ...
    @property
    def funding_models(self) -> Sequence[str]: ...
    @property
    def metric(self) -> str: ...
    @property
    def operator(self) -> str: ...
    @property
    def threshold(self) -> Decimal: ...
    @property
    def severity(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...
    @property
    def legal_ref(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule outside the database: what a file holds, and for tests."""

    code: str
    jurisdiction: str
    title: str
    title_zh: str
    applies_to: str
    metric: str
    operator: str
    threshold: Decimal
    effective_from: date
    legal_ref: str
    source: str
    severity: str = "block"
    funding_models: tuple[str, ...] = ()
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is broken: which, where it stands, its threshold, and what we got."""

    code: str
    title: str
    title_zh: str
    metric: str
    operator: str
    threshold: Decimal
    got: Decimal
    legal_ref: str
    source: str
    blocks: bool

    @property
    def expected(self) -> str:
        """The rule's demand in signs: "own_ratio ≥ 0.3"."""
        return f"{self.metric} {OPERATORS[self.operator]} {plain(self.threshold)}"


def check(
    rules: Iterable[Rule],
    measured: Mapping[str, Decimal],
    *,
    jurisdiction: str,
    model: str,
    kinds: Collection[str],
    on: date,
) -> tuple[Breach, ...]:
    """
    Hold what was measured against every rule that binds on a day.

    A rule whose metric was not measured is not judged here: it belongs to another moment of the
    loan's life.

    :param kinds: who takes part ("bank", "microloan_company", "guarantor"); rules for
        "all_lenders" always apply
    """
    return tuple(
        _breach(rule, measured[rule.metric])
        for rule in rules
        if rule.metric in measured
        and rule.jurisdiction == jurisdiction
        and _binds(rule, on)
        and (rule.applies_to == EVERYBODY or rule.applies_to in kinds)
        and (not rule.funding_models or model in rule.funding_models)
        and not _is_kept(rule, measured[rule.metric])
    )


def blocking(breaches: Iterable[Breach]) -> tuple[Breach, ...]:
    """Pick those that forbid."""
    return tuple(breach for breach in breaches if breach.blocks)


def ratios(bank_ratio_bp: int) -> dict[str, Decimal]:
    """Return how a loan is funded, as rules measure it: fractions of each loan."""
    bank = Decimal(bank_ratio_bp) / WHOLE_BP
    return {"bank_ratio": bank, "own_ratio": 1 - bank, "lowest_ratio": min(bank, 1 - bank)}


def plain(number: Decimal) -> str:
    """Return a number as people write it: no trailing zeros and no exponent."""
    return f"{number.normalize():f}"


def _binds(rule: Rule, on: date) -> bool:
    return rule.effective_from <= on and (rule.effective_to is None or on <= rule.effective_to)


def _is_kept(rule: Rule, value: Decimal) -> bool:
    if rule.operator == "le":
        return value <= rule.threshold
    if rule.operator == "ge":
        return value >= rule.threshold
    return value == rule.threshold


def _breach(rule: Rule, got: Decimal) -> Breach:
    return Breach(
        code=rule.code,
        title=rule.title,
        title_zh=rule.title_zh,
        metric=rule.metric,
        operator=rule.operator,
        threshold=rule.threshold,
        got=got,
        legal_ref=rule.legal_ref,
        source=rule.source,
        blocks=rule.severity == "block",
    )
