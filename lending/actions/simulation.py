"""What would become of a loan: the engine asked from outside, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.rules.simulation import simulate
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.permissions import Permission, require

# A fold costs rows times events: within these it takes well under a second.
MAX_EVENTS = 100
MAX_PERIODS = 600
MAX_CHARACTERS = 100
# Ten to the millionth would be a short string and a long answer.
_EXPONENT = re.compile(r"[+-]?[0-9._]+[eE][+-]?[0-9]+")
_LARGEST = 10**16


def run(*, actor: Actor, case: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a loan told as terms and events as it would stand on a day; nothing is written.

    :param case: as `lending.rules.simulation.simulate` reads it
    :raises Invalid: if the case contradicts itself or is too large to be answered at once
    """
    require(actor, Permission.PRODUCT_VIEW)
    errors = [*_too_many(case), *_too_long(case)]
    if errors:
        raise Invalid(gettext_lazy("The case is too large"), errors=errors)
    try:
        return simulate(case)
    except (ValueError, ArithmeticError) as problem:
        # Arithmetic: a date after the year 9999, a rate that no yearly cost belongs to.
        raise Invalid(gettext_lazy("The case does not fit: %s") % problem) from problem


def _too_many(case: Mapping[str, Any]) -> Iterator[FieldError]:
    terms = case.get("terms")
    terms = terms if isinstance(terms, Mapping) else {}
    counted = {
        "/events": (case.get("events"), MAX_EVENTS),
        "/terms/due_dates": (terms.get("due_dates"), MAX_PERIODS),
        "/terms/fees": (terms.get("fees"), MAX_EVENTS),
    }
    for pointer, (rows, most) in counted.items():
        if isinstance(rows, list) and len(rows) > most:
            yield FieldError(pointer, str(len(rows)), _("at most %d") % most)
    periods = terms.get("periods")
    if isinstance(periods, int) and periods > MAX_PERIODS:
        yield FieldError("/terms/periods", str(periods)[:40], _("at most %d") % MAX_PERIODS)


def _too_long(case: Mapping[str, Any]) -> Iterator[FieldError]:
    waiting: list[tuple[str, Any]] = [("", case)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(f"{pointer}/{name}", item) for name, item in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{number}", item) for number, item in enumerate(value)]
        elif isinstance(value, str):
            if len(value) > MAX_CHARACTERS or _EXPONENT.fullmatch(value):
                yield FieldError(pointer, value[:40], _("a plain decimal, or a short text"))
        elif isinstance(value, int) and abs(value) > _LARGEST:
            yield FieldError(pointer, str(value)[:40], _("a number below ten to the 16th"))
