"""The inputs of a peer's schedule as our terms; each peer's trap is decided here, by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from lending.management.conformance.outcome import Unmapped
from lending.rules.calendar import Unit, step
from lending.rules.quote import instalments_needed
from lending.rules.rounding import Rounding
from lending.rules.terms import BrokenPeriod, DayCount, Interest, Method, Terms

Inputs = Mapping[str, Any]

METHODS = {
    "equal_instalment": Method.EQUAL_INSTALMENT,
    "equal_installments": Method.EQUAL_INSTALMENT,
    "equal_principal": Method.EQUAL_PRINCIPAL,
    "equal_principal_payments": Method.EQUAL_PRINCIPAL,
    "fixed_principal_pct_then_balloon": Method.EQUAL_PRINCIPAL,
}
DAY_COUNTS = {
    ("360", "30"): DayCount.THIRTY_360,
    ("360", "actual"): DayCount.ACTUAL_360,
    ("364", "actual"): DayCount.ACTUAL_364,
    ("365", "actual"): DayCount.ACTUAL_365,
    ("actual", "actual"): DayCount.ACTUAL_ACTUAL,
}
NAMED_DAY_COUNTS = {
    "same as repayment period": DayCount.THIRTY_360,  # rate × every / 12, whatever the days
    "1/12 per month": DayCount.THIRTY_360,
    "actual/365": DayCount.ACTUAL_365,
    "actual/360": DayCount.ACTUAL_360,
}
BROKEN_PERIODS = {
    "Amortized Over Tenure": BrokenPeriod.SPREAD,
    "Add to First EMI": BrokenPeriod.FIRST,
}
HUNDRED = Decimal(100)
NOMINAL_START = date(2024, 1, 1)  # for vectors that count months and name no date


def terms_of(inputs: Inputs, starts_on: date) -> Terms:
    """
    Put a peer's inputs into terms.

    :raises Unmapped: for a method, day count or option that we have no words for
    """
    every, unit = _frequency(inputs)
    principal = Decimal(inputs["principal"])
    rate = Decimal(inputs["annual_rate_pct"]) / HUNDRED
    rounding = _rounding(inputs)
    level = _decimal(inputs, "fixed_instalment")
    share = _decimal(inputs, "fixed_principal_pct_per_instalment")
    return Terms(
        principal=principal,
        currency=str(inputs.get("currency", "EUR")),
        annual_rate=rate,
        method=_method(inputs),
        day_count=_day_count(inputs),
        starts_on=starts_on,
        periods=_periods(inputs, principal, rate, every, unit, level),
        every=every,
        unit=unit,
        first_due_on=_first_due(inputs, starts_on, every, unit),
        rounding=rounding,
        interest=_interest(inputs),
        level_by_period=_is_cumulative_daily(inputs) or "schedule_type" in inputs,
        fixed_instalment=level,
        fixed_principal=None if share is None else rounding.money(principal * share / HUNDRED),
        grace_principal_periods=int(inputs.get("grace_on_principal_periods") or 0),
        grace_interest_periods=int(inputs.get("grace_on_interest_payment_periods") or 0),
        down_payment_rate=_down_payment_rate(inputs),
        broken_period=_broken_period(inputs),
    )


def _decimal(inputs: Inputs, key: str) -> Decimal | None:
    value = inputs.get(key)
    return None if value is None else Decimal(value)


def _frequency(inputs: Inputs) -> tuple[int, Unit]:
    frequency = inputs.get("frequency", {"every": 1, "unit": "MONTHS"})
    try:
        return int(frequency["every"]), Unit(str(frequency["unit"]).lower())
    except ValueError:
        raise Unmapped(f"frequency {frequency['unit']}") from None


def _method(inputs: Inputs) -> Method:
    name = str(inputs.get("amortization", "equal_instalment")).lower()
    if name not in METHODS:
        raise Unmapped(f"amortization {name}")
    return METHODS[name]


def _interest(inputs: Inputs) -> Interest:
    name = str(inputs.get("method", inputs.get("interest_type", "declining"))).lower()
    return Interest.FLAT if name == "flat" else Interest.DECLINING


def _is_cumulative(inputs: Inputs) -> bool:
    return str(_product(inputs).get("schedule_type", "")).upper() == "CUMULATIVE"


def _is_cumulative_daily(inputs: Inputs) -> bool:
    return _is_cumulative(inputs) and _calculation(inputs) == "daily"


def _calculation(inputs: Inputs) -> str:
    return str(inputs.get("interest_calculation", "daily")).lower()


def _product(inputs: Inputs) -> Inputs:
    product: Inputs = inputs.get("product", {})
    return product


def _day_count(inputs: Inputs) -> DayCount:
    if _calculation(inputs) == "same_as_repayment_period":
        return DayCount.THIRTY_360
    if _is_cumulative_daily(inputs):
        # Trap 1: cumulative daily interest divides by 365 in every year, leap or not.
        return DayCount.ACTUAL_365
    given = inputs.get("day_count", _product(inputs))
    if isinstance(given, str):
        for name, day_count in NAMED_DAY_COUNTS.items():
            if given.startswith(name):
                return day_count
        raise Unmapped(f"day count {given}")
    year, month = _divisor(given["days_in_year"]), _divisor(given["days_in_month"])
    if (year, month) not in DAY_COUNTS:
        raise Unmapped(f"day count {year}/{month}")
    return DAY_COUNTS[year, month]


def _divisor(name: str) -> str:
    """Reduce DAYS_360, "365 (ACTUAL, but 365 used throughout)" and ACTUAL to 360, 365, actual."""
    return name.split(" ")[0].removeprefix("DAYS_").lower()


def _rounding(inputs: Inputs) -> Rounding:
    # Frappe, known by its schedule types, rounds every instalment up to whole units.
    by_default = {"instalment": "CEIL to 1"} if "schedule_type" in inputs else {}
    given = inputs.get("rounding", by_default)
    product = _product(inputs)
    if not isinstance(given, Mapping):
        given = {"instalment": given}
    mode = str(given.get("mode", product.get("rounding_mode", "HALF_EVEN")))
    multiple = given.get("instalment_multiple_of", product.get("instalment_multiple_of"))
    instalment_mode = mode
    if str(given.get("instalment", "")).startswith("CEIL to "):
        multiple, instalment_mode = str(given["instalment"]).removeprefix("CEIL to "), "UP"
    unit = given.get("currency_in_multiples_of")
    if unit is None:
        unit = Decimal(1).scaleb(-int(inputs.get("currency_decimals", 2)))
    return Rounding(
        unit=Decimal(unit),
        mode=mode,
        instalment_multiple=None if multiple is None else Decimal(multiple),
        instalment_mode=instalment_mode,
    )


def _first_due(inputs: Inputs, starts_on: date, every: int, unit: Unit) -> date | None:
    """Keep a first due date only where it says more than "one step after the start"."""
    given = inputs.get("first_due")
    if given is None:
        return None
    first_due_on = date.fromisoformat(given)
    return None if first_due_on == step(starts_on, every, unit) else first_due_on


def _periods(
    inputs: Inputs,
    principal: Decimal,
    rate: Decimal,
    every: int,
    unit: Unit,
    level: Decimal | None,
) -> int:
    if "periods" in inputs:
        return int(inputs["periods"])
    if level is None or unit is not Unit.MONTHS:
        raise Unmapped("neither a number of periods nor a monthly instalment")
    return instalments_needed(principal, rate * every / 12, level)


def _down_payment_rate(inputs: Inputs) -> Decimal:
    given = _product(inputs).get("down_payment") or inputs.get("down_payment")
    return Decimal(given["pct"]) / HUNDRED if given else Decimal(0)


def _broken_period(inputs: Inputs) -> BrokenPeriod:
    policy = inputs.get("bpi_recovery")
    if policy is None:
        return BrokenPeriod.WITHIN
    if policy not in BROKEN_PERIODS:
        raise Unmapped(f"broken-period interest {policy}")
    return BROKEN_PERIODS[policy]
