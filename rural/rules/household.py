"""The household's own money: wages sent home, what it lives on, what it owns and owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rural.rules.adjustments import Notes, Why
from rural.rules.months import ZERO, index, money, shifted
from rural.rules.policy import Policy, Spending

YEAR = 12


@dataclass(frozen=True, slots=True)
class Earner:
    """
    A member who earns away from the farm.

    `annual_income` is spread over the months that are not idle. `remitted_rate` is the part that
    reaches the household; None takes the policy's. `is_verified` by bank statements.
    """

    label: str
    annual_income: Decimal
    is_verified: bool
    remitted_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outlay:
    """A kind of spending and its yuan a year: living, tuition, gifts, medical, insurance."""

    item: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Asset:
    """Something owned, in yuan; `is_proven` by a paper or a photo."""

    category: str
    value: Decimal
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """
    What is owed already: `monthly_due` until `due_on`.

    Without a monthly payment the whole balance falls due on that day.
    """

    label: str
    balance: Decimal
    monthly_due: Decimal
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """
    A household; `members` heads, `living_floor` yuan a head and year that the county sets.

    `rent_year` is paid for land leased in, `rent_received_year` comes for land leased out.
    """

    members: int
    living_floor: Decimal
    spending: tuple[Outlay, ...]
    earners: tuple[Earner, ...] = ()
    assets: tuple[Asset, ...] = ()
    debts: tuple[Debt, ...] = ()
    rent_year: Decimal = ZERO
    rent_received_year: Decimal = ZERO
    subsidies_year: Decimal = ZERO


def wages(home: Home, policy: Policy, start: date, horizon: int, notes: Notes) -> list[Decimal]:
    """Return what comes home from work, month by month: verified part × remitted part."""
    months = [ZERO] * horizon
    working = YEAR - len(set(policy.wage_idle_months))
    for earner in home.earners:
        counted = policy.wage_verified_rate if earner.is_verified else policy.wage_declared_rate
        sent = policy.wage_remitted_rate if earner.remitted_rate is None else earner.remitted_rate
        why = Why.WAGE_VERIFIED if earner.is_verified else Why.WAGE_DECLARED
        used = earner.annual_income * sent * counted
        notes.changed(f"wage {earner.label}", earner.annual_income, money(used), "yuan/year", why)
        for at in range(horizon):
            if shifted(start, at).month not in policy.wage_idle_months:
                months[at] += money(used / working)
    return months


def outlays(
    home: Home, policy: Policy, start: date, horizon: int, notes: Notes
) -> dict[str, list[Decimal]]:
    """
    Return each kind of spending month by month; all together at least the county's floor.

    What is missing to the floor is added as a line of its own; rent counts beside it.
    """
    declared = sum((each.amount for each in home.spending), ZERO)
    floor = home.living_floor * home.members
    rows: dict[str, list[Decimal]] = {}
    for each in (*home.spending, Outlay("rent", home.rent_year)):
        rows[each.item] = _spread(each, policy.spending, start, horizon)
    if declared < floor:
        notes.changed("spending", declared, floor, "yuan/year", Why.LIVING_FLOOR)
        more = money((floor - declared) / YEAR)
        rows["floor"] = [more] * horizon
    return rows


def transfers(home: Home, policy: Policy, start: date, horizon: int) -> list[Decimal]:
    """Return subsidies and rent received, each in the months in which it is paid."""
    rows = [
        _spread(Outlay(item, amount), policy.spending, start, horizon)
        for item, amount in (("subsidies", home.subsidies_year), ("rent", home.rent_received_year))
    ]
    return [sum(column, ZERO) for column in zip(*rows, strict=True)]


def counted(assets: Iterable[Asset], policy: Policy, notes: Notes) -> tuple[Decimal, Decimal]:
    """Return verified assets and, of them, savings; what has no proof counts in part."""
    total = savings = ZERO
    for asset in assets:
        part = _part(asset, policy)
        value = money(asset.value * part)
        notes.changed(asset.category, asset.value, value, "yuan", Why.ASSET_UNPROVEN)
        total += value
        savings += value if asset.category == "deposit" else ZERO
    return total, savings


def service(debts: Iterable[Debt], start: date, horizon: int) -> list[Decimal]:
    """Return what existing debts take, month by month."""
    months = [ZERO] * horizon
    for debt in debts:
        last = horizon - 1 if debt.due_on is None else index(debt.due_on, start)
        if debt.monthly_due:
            for at in range(min(last, horizon - 1) + 1):
                months[at] += debt.monthly_due
        elif debt.due_on is not None and last < horizon:
            # What should have been paid already is paid first.
            months[max(last, 0)] += debt.balance
    return months


def _part(asset: Asset, policy: Policy) -> Decimal:
    if asset.is_proven:
        return Decimal(1)
    if asset.category == "deposit":
        return policy.unproven_deposit_rate
    return policy.unproven_asset_rate


def _spread(
    outlay: Outlay, calendar: tuple[Spending, ...], start: date, horizon: int
) -> list[Decimal]:
    plan = next((each.months for each in calendar if each.item == outlay.item), ())
    months = []
    for at in range(horizon):
        month = shifted(start, at).month
        share = sum((part.share for part in plan if part.month == month), ZERO)
        months.append(money(outlay.amount * share if plan else outlay.amount / YEAR))
    return months
