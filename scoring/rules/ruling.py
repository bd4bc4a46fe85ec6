"""
One decision from its four inputs: card, policy, values, request. Nothing else goes in.

No clock, no database: that is why a decision of years ago can be made again and compared byte by
byte. The trace is all that is needed to explain it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

from scoring.rules.canonical import Document
from scoring.rules.card import Card, Score, Values, score
from scoring.rules.cells import Fact, InvalidInput
from scoring.rules.limits import Limit, limit_for
from scoring.rules.policy import REQUEST, Policy, Verdict, decide
from scoring.rules.pricing import Price, price_for

FORMAT = "granary.decision/1"
ARITHMETIC = Context(prec=34, rounding=ROUND_HALF_EVEN)

Request = Mapping[str, str | int | None]

# What the engine itself says when an approval has no limit or no price to go with it.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "limit_unknown": {
        "en": "The limit cannot be computed from the data at hand",
        "zh": "现有数据无法计算额度",
    },
    "limit_below_minimum": {
        "en": "The limit is below the minimum of the product",
        "zh": "可授信额度低于产品最低额度",
    },
    "price_unknown": {"en": "The band has no price", "zh": "该评分等级没有对应的价格"},
    "price_above_cap": {
        "en": "The price that would cover the risk is above the cap",
        "zh": "覆盖风险所需的价格超过上限",
    },
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """
    What was decided. `limit` and `annual_rate` accompany an approval, and a referral as a
    proposal to the officer where they could be computed; a decline has neither.
    """

    outcome: str
    score: Score
    limit: Decimal | None
    annual_rate: Decimal | None
    reasons: list[dict[str, Any]]
    trace: Document


def rule(card: Card, policy: Policy, values: Values, request: Request) -> Ruling:
    """
    Decide one request.

    :raises InvalidValue: if a feature's value does not fit the card
    :raises InvalidInput: if a fact does not fit the policy
    """
    for key, value in request.items():
        if not isinstance(value, str | int | None):
            raise InvalidInput(f"request.{key}: {value!r} is no text, whole number or null")
    result = score(card, values)
    facts: dict[str, Fact] = {
        **values,
        **{REQUEST + key: value for key, value in request.items()},
        "score": result.score,
        "pd": str(result.pd),
        "band": result.band,
        "has_insufficient_data": bool(result.insufficient),
    }
    # A thread's own decimal context must not change what is decided.
    with localcontext(ARITHMETIC):
        verdict = decide(policy, facts)
        limit = limit_for(policy.limits, facts)
        price = price_for(policy.prices, facts)
    outcome, why = _settled(verdict, limit, price)
    is_granted = outcome != "decline"
    reasons = [*why, *(reason.to_json() for reason in result.reasons)]
    return Ruling(
        outcome=outcome,
        score=result,
        limit=limit.amount if is_granted else None,
        annual_rate=price.annual_rate if is_granted else None,
        reasons=reasons,
        trace={
            "format": FORMAT,
            "request": dict(request),
            "score": result.to_json(),
            "rules": verdict.trace,
            "decided_by": verdict.rule.code,
            "limit": {
                "amount": None if limit.amount is None else format(limit.amount, "f"),
                "is_enough": limit.is_enough,
                "bounds": limit.why,
            },
            "price": price.why,
            "outcome": outcome,
        },
    )


def _settled(verdict: Verdict, limit: Limit, price: Price) -> tuple[str, list[dict[str, Any]]]:
    """Return the outcome and the reasons beside the score: an approval needs limit and price."""
    hit = verdict.rule
    told = [{"kind": "policy", "code": hit.code, "text": dict(hit.text)}]
    if hit.outcome != "approve":
        return hit.outcome, told
    for outcome, code, applies in (
        ("refer", "limit_unknown", limit.amount is None),
        ("refer", "price_unknown", price.annual_rate is None),
        ("decline", "limit_below_minimum", not limit.is_enough),
        ("decline", "price_above_cap", not price.is_covered),
    ):
        if applies:
            return outcome, [{"kind": "engine", "code": code, "text": dict(TEXTS[code])}]
    return "approve", told
