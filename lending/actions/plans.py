"""The repayment plan of a custom product, checked where one comes in and before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import ProductVersion, RepaymentMethod
from lending.rules.calendar import Unit, step
from lending.rules.plan import MOST_DATES, Flaw, InvalidPlan, Plan
from tenancy.errors import FieldError, Invalid


def problems(
    version: ProductVersion, plan: Mapping[str, Any] | None, *, on: date
) -> list[FieldError]:
    """
    Return what is wrong with a plan for a loan of a version that would start on a day.

    A custom product needs one, any other refuses it; the last date lies within the longest term.
    """
    if version.method != RepaymentMethod.CUSTOM:
        return [] if plan is None else [FieldError("/plan", "", _("no plan for this product"))]
    if plan is None:
        return [FieldError("/plan", "", _("due dates and shares of the principal"))]
    try:
        read = Plan.from_json(plan)
        read.check(on)
    except InvalidPlan as problem:
        return [FieldError(f"/plan/{problem.part}", problem.value, _expected(problem.flaw, on))]
    latest = step(on, version.max_term, Unit(version.term_unit))
    if read.due_dates[-1] > latest:
        expected = _("no date after %s, the longest term") % latest.isoformat()
        return [FieldError("/plan/due_dates", read.due_dates[-1].isoformat(), expected)]
    return []


def require(version: ProductVersion, plan: Mapping[str, Any] | None, *, on: date) -> None:
    """
    Let terms be made of a plan on a day.

    :raises Invalid: naming the part of the plan that does not fit
    """
    errors = problems(version, plan, on=on)
    if errors:
        raise Invalid(gettext_lazy("The repayment plan does not fit"), errors=errors)


def as_stored(plan: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a plan without `problems` in the one way in which it is written down."""
    return None if plan is None else dict(Plan.from_json(plan).to_json())


def _expected(flaw: Flaw, on: date) -> str:
    return {
        Flaw.NOT_A_LIST: _("a list of 1 to %d") % MOST_DATES,
        Flaw.NOT_A_DATE: _("ISO dates"),
        Flaw.NOT_A_DECIMAL: _("decimal strings"),
        Flaw.NOT_ASCENDING: _("dates that ascend"),
        Flaw.NOT_AFTER_START: _("dates after %s") % on.isoformat(),
        Flaw.NOT_ONE_EACH: _("one share for each due date"),
        Flaw.OUT_OF_RANGE: _("none negative, the last above 0"),
        Flaw.NOT_ONE: _("shares that sum to 1"),
    }[flaw]
