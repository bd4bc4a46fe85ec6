"""Is a bank's decision a possible one? Held against what was asked for, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from partners.rules.funding import FundingModel, ratio_fits
from partners.rules.regulation import plain

APPROVE, COUNTER, DECLINE = "APPROVE", "COUNTER", "DECLINE"
RESULTS = (APPROVE, COUNTER, DECLINE)
BEFORE = ("SIGN", "FUND")
CODE_CHARACTERS = 80
TEXT_CHARACTERS = 500
MOST_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put before the bank, and until when it stands."""

    amount: Decimal
    annual_rate: Decimal
    term: int
    term_unit: str
    bank_ratio_bp: int
    model: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """
    A decision as the bank sent it; what it leaves out of an approval is what was asked for.

    `conditions` are `{code, text, before}`, `reasons` `{code, text, disclose_to_borrower}`.
    """

    decision_id: str
    result: str
    decided_at: datetime
    valid_until: datetime | None = None
    amount: Decimal | None = None
    term: int | None = None
    term_unit: str = ""
    annual_rate: Decimal | None = None
    penalty_rate: Decimal | None = None
    schedule_type: str = ""
    bank_ratio_bp: int | None = None
    conditions: Sequence[Mapping[str, Any]] = ()
    reasons: Sequence[Mapping[str, Any]] = ()
    decided_by: str = "MANUAL"
    model_version: str = ""

    def content(self) -> dict[str, Any]:
        """Return all that was said, as JSON: what tells a repetition from a contradiction."""
        numbers = {
            name: None if value is None else plain(value)
            for name, value in (
                ("amount", self.amount),
                ("annual_rate", self.annual_rate),
                ("penalty_rate", self.penalty_rate),
            )
        }
        return {
            **numbers,
            "result": self.result,
            "decided_at": self.decided_at.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "term": self.term,
            "term_unit": self.term_unit,
            "schedule_type": self.schedule_type,
            "bank_ratio_bp": self.bank_ratio_bp,
            "conditions": [dict(each) for each in self.conditions],
            "reasons": [dict(each) for each in self.reasons],
            "decided_by": self.decided_by,
            "model_version": self.model_version,
        }


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that does not fit: where, what came, and what was expected in both languages."""

    pointer: str
    value: str
    expected: str
    expected_zh: str


def faults(decided: Decided, asked: Asked, *, at: datetime) -> tuple[Fault, ...]:
    """
    Return everything that makes a decision impossible (co-lending.md §2.10).

    A counter-offer changes at least one of amount, term, rate and ratio; an approval none; no
    decision is valid for longer than what was asked for. Whether a ratio is legal is for the
    funding rules.
    """
    of_terms = () if decided.result == DECLINE else _of_terms(decided, asked, at)
    return (*_of_form(decided), *_of_entries(decided), *of_terms)


def _of_form(decided: Decided) -> Iterator[Fault]:
    if not 0 < len(decided.decision_id) <= CODE_CHARACTERS:
        yield _fault("/decision_id", decided.decision_id, "1 to 80 characters", "1 至 80 个字符")
    if decided.result not in RESULTS:
        listed = ", ".join(RESULTS)
        yield _fault("/result", decided.result, listed, listed)
    if decided.decided_by not in ("AUTO", "MANUAL"):
        yield _fault("/decided_by", decided.decided_by, "AUTO, MANUAL", "AUTO 或 MANUAL")
    if decided.decided_at.tzinfo is None:
        yield _fault("/decided_at", decided.decided_at, "a moment with its offset", "带时区的时间")
    if decided.result == DECLINE and not decided.reasons:
        yield _fault("/reasons", "", "why it is declined", "拒绝原因")


def _of_terms(decided: Decided, asked: Asked, at: datetime) -> Iterator[Fault]:
    valid = decided.valid_until
    until = asked.expires_at.isoformat()
    if valid is None or valid.tzinfo is None or not at < valid <= asked.expires_at:
        yield _fault(
            "/valid_until", valid or "", f"a moment to come, at most {until}",
            f"晚于当前且不晚于 {until}",
        )  # fmt: skip
    yield from _of_numbers(decided, asked)
    if decided.term_unit and decided.term_unit != asked.term_unit:
        yield _fault("/term_unit", decided.term_unit, asked.term_unit, asked.term_unit)
    changed = changes(decided, asked)
    if decided.result == COUNTER and not changed:
        yield _fault(
            "/result", COUNTER, "another amount, term, rate or ratio than asked for",
            "金额、期限、利率、比例中至少一项与申请不同",
        )  # fmt: skip
    if decided.result == APPROVE:
        for name, value in changed.items():
            yield _fault(
                f"/{_POINTERS[name]}", value, "what was asked for; else a COUNTER",
                "与申请一致；如需变更请还价（COUNTER）",
            )  # fmt: skip


def changes(decided: Decided, asked: Asked) -> dict[str, Any]:
    """Return what a decision would change of what was asked for."""
    return {
        name: getattr(decided, name)
        for name in _POINTERS
        if getattr(decided, name) is not None and getattr(decided, name) != getattr(asked, name)
    }


_POINTERS = {
    "amount": "amount",
    "term": "term",
    "annual_rate": "rate_annual",
    "bank_ratio_bp": "funding_ratio_bp",
}


def _of_numbers(decided: Decided, asked: Asked) -> Iterator[Fault]:
    for pointer, value in (
        ("/amount", decided.amount),
        ("/rate_annual", decided.annual_rate),
        ("/penalty_rate", decided.penalty_rate),
    ):
        if value is not None and (not value.is_finite() or value < 0):
            yield _fault(pointer, value, "a number of 0 or more", "不小于 0 的数")
    if decided.amount is not None and decided.amount.is_finite() and not decided.amount:
        yield _fault("/amount", decided.amount, "an amount above 0", "大于 0 的金额")
    if decided.term is not None and decided.term <= 0:
        yield _fault("/term", decided.term, "a term above 0", "大于 0 的期限")
    ratio = decided.bank_ratio_bp
    if ratio is not None and not (
        0 <= ratio <= 10_000 and ratio_fits(FundingModel(asked.model), ratio)
    ):
        yield _fault(
            "/funding_ratio_bp", ratio, f"basis points that fit {asked.model}",
            f"与 {asked.model} 模式相符的基点数",
        )  # fmt: skip


def _of_entries(decided: Decided) -> Iterator[Fault]:
    for name, entries in (("conditions", decided.conditions), ("reasons", decided.reasons)):
        if len(entries) > MOST_ENTRIES:
            yield _fault(f"/{name}", len(entries), "at most 50", "最多 50 项")
        for number, entry in enumerate(entries):
            code, text = entry.get("code"), entry.get("text")
            fits = (
                isinstance(code, str)
                and isinstance(text, str)
                and 0 < len(code) <= CODE_CHARACTERS
                and len(text) <= TEXT_CHARACTERS
            )
            if not fits:
                yield _fault(
                    f"/{name}/{number}", entry, "a code and a text of at most 500 characters",
                    "代码和不超过 500 字的说明",
                )  # fmt: skip
            if name == "conditions" and entry.get("before") not in BEFORE:
                yield _fault(
                    f"/{name}/{number}/before", entry.get("before"), "SIGN, FUND", "SIGN 或 FUND"
                )


def _fault(pointer: str, value: object, expected: str, expected_zh: str) -> Fault:
    return Fault(pointer, str(value)[:80], expected, expected_zh)
