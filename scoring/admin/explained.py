"""A decision for the eye: points by dimension and feature, rules with cells, bounds, price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from scoring.models import Decision
from scoring.queries import samples
from scoring.rules.scaling import HIGHEST, LOWEST
from tenancy.templatetags.figures import local, number

Row = dict[str, Any]


def explained(decision: Decision) -> Row:
    """Return what the page draws of a decision, from its own trace, card and policy."""
    trace, card = decision.trace, decision.scorecard.card
    return {
        "place": round(100 * (decision.score - LOWEST) / (HIGHEST - LOWEST)),
        "lowest": LOWEST,
        "highest": HIGHEST,
        "band": bands().get(trace["score"]["band"], trace["score"]["band"]),
        "base": trace["score"]["base"],
        "dimensions": _dimensions(trace["score"], card, decision.snapshot.values),
        "rules": _rules(trace["rules"], decision.policy.table, card),
        "bounds": [_bound(bound) for bound in trace["limit"]["bounds"]],
        "price": trace["price"],
    }


def bands() -> dict[str, str]:
    """Return the names of the score's bands."""
    return {
        "poor": _("poor"),
        "fair": _("fair"),
        "good": _("good"),
        "very_good": _("very good"),
        "excellent": _("excellent"),
    }


def feature_names(card: Mapping[str, Any]) -> dict[str, str]:
    """Return what the card's features, and the score's own figures, are called."""
    own = {
        "score": _("Score"),
        "pd": _("Probability of default"),
        "band": _("Band"),
        "has_insufficient_data": _("Too little is known"),
        "request.amount": _("Requested amount"),
        "request.term": _("Requested term"),
    }
    # A policy may ask for a feature that the card does not weigh.
    known = [*samples.catalogue("merchant_flow")["features"], *card["features"]]
    return own | {row["name"]: local(row["label"]) for row in known}


def cell_words(cell: Mapping[str, Any]) -> str:
    """Return a condition as it is read aloud: "> 0.8", "550 to 600", "missing"."""
    operator, operand = cell["operator"], cell["operand"]
    if operator == "missing":
        return _("is missing") if operand else _("is known")
    if operator == "range" and isinstance(operand, Sequence):
        return _("%(low)s to below %(high)s") % {"low": operand[0], "high": operand[1]}
    if operator == "in" and isinstance(operand, Sequence):
        return ", ".join(map(str, operand))
    if isinstance(operand, bool):
        return _("yes") if operand else _("no")
    return f"{operator} {operand}"


def _dimensions(score: Row, card: Row, values: Row) -> list[Row]:
    points: Mapping[str, int] = score["contributions"]
    widest = max((abs(value) for value in points.values()), default=0)
    names = {row["code"]: local(row["label"]) for row in card["dimensions"]}
    return [
        {
            "name": names.get(dimension["code"], dimension["code"]),
            **dimension,
            "features": [
                {
                    "name": local(row["label"]),
                    "value": number(values.get(row["name"])),
                    "points": points.get(row["name"], 0),
                    "widest": widest,
                }
                for row in card["features"]
                if row["dimension"] == dimension["code"]
            ],
        }
        for dimension in score["dimensions"]
    ]


def _rules(rules: Sequence[Row], table: Row, card: Row) -> list[Row]:
    texts = {row["code"]: row["text"] for row in table["rules"]}
    names = feature_names(card)
    return [
        {
            **rule,
            "text": local(texts.get(rule["code"], rule["code"])),
            "outcome_name": outcomes().get(rule["outcome"], rule["outcome"]),
            "cells": [
                {
                    "name": names.get(cell["input"], cell["input"]),
                    "value": _value(cell["value"]),
                    "condition": cell_words(cell),
                }
                for cell in rule["cells"]
            ],
        }
        for rule in rules
    ]


def outcomes() -> dict[str, str]:
    """Return the three outcomes in words."""
    return {"approve": _("Approve"), "refer": _("Refer"), "decline": _("Decline")}


def bound_names() -> dict[str, str]:
    """Return the names of what can bound a limit."""
    return {
        "requested": _("Requested"),
        "product_cap": _("Largest amount of the product"),
        "band_cap": _("Largest amount of the band"),
        "sales_multiple": _("Multiple of monthly sales"),
    }


def _bound(bound: Row) -> Row:
    return {**bound, "name": bound_names().get(bound["code"], bound["code"])}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number(value)
