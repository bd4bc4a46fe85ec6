"""The invoices of one invented firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from merchants.rules.generator_fitting import FIRST_DAY, LAST_DAY, RECENT, TAX_CLASSES
from merchants.rules.summary import month_index

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MONTH = np.timedelta64(1, "M")
_TAX_CHANGES = (np.datetime64("2018-05-01"), np.datetime64("2019-04-01"))
_PARTIES = 60_000
_NUMBERS = 100_000_000
# Coprime to _NUMBERS, so that stepping by it repeats no number.
_STEP = 15_485_863
_LARGEST_SPREAD = 2.2
_LONGEST_RETURN_DAYS = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """Invoices in order of date; amounts in fen, negative for credit notes."""

    number: Ints
    issued_on: npt.NDArray[np.datetime64]
    counterparty: list[str]
    net: Ints
    tax: Ints
    is_void: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Life:
    """When a firm sells: its months in order, which of them have sales, and its last sale."""

    months: Ints
    active: npt.NDArray[np.bool_]
    recent: npt.NDArray[np.bool_]
    last_sale: date


def sales(
    rng: np.random.Generator,
    measures: Mapping[str, float],
    tax_class: str,
    month_profile: Sequence[float],
    scale: float,
) -> Drawn:
    """Draw the sales that have these measures; `scale` thins out their number."""
    life = _life(rng, measures)
    months, by_month = _sales_by_month(rng, life, measures, month_profile)
    wanted = round(len(months) * 10 ** measures["invoices_log"] * scale)
    returned = round(wanted * measures["negative_rate"])
    place = _spread_over(rng, by_month**0.5, wanted - returned)
    net = _shares_of(rng, by_month, place, measures["amount_spread"])
    days = _days(rng, months[place], life.last_sale)
    days[np.argmax(days)] = np.datetime64(life.last_sale)
    party = _parties(rng, net, measures["buyers_log"], measures["buyer_hhi"])
    void = measures["void_rate"]
    return _completed(rng, net, days, party, (returned, void), tax_class, "B")


def purchases(
    rng: np.random.Generator,
    measures: Mapping[str, float],
    tax_class: str,
    void_rate: float,
    negative_rate: float,
    scale: float,
) -> Drawn:
    """Draw the purchases that have these measures; `scale` thins out their number."""
    life = _life(rng, measures)
    total = len(life.months[life.active]) * 10 ** measures["level_log"]
    total *= 10 ** measures["purchase_ratio_log"]
    usual = 10 ** measures["purchases_log"] - 1
    wanted = max(round(usual * scale), 1)
    weights = np.exp(0.8 * rng.standard_normal(len(life.months)))
    weights[~life.active] *= 0.3
    place = rng.choice(len(weights), wanted, p=weights / weights.sum())
    raw = np.exp(np.clip(measures["amount_spread"], 0.2, 2) * rng.standard_normal(wanted))
    net = raw / raw.sum() * total
    days = _days(rng, life.months[place], LAST_DAY)
    sellers = np.log10(max(10 ** measures["sellers_log"] - 1, 1))
    party = _parties(rng, net, sellers, measures["seller_hhi"])
    returned = round(wanted * negative_rate)
    return _completed(rng, net, days, party, (returned, void_rate), tax_class, "S")


def _life(rng: np.random.Generator, measures: Mapping[str, float]) -> _Life:
    last_sale = LAST_DAY - timedelta(days=round(10 ** measures["quiet_days_log"] - 1))
    last = month_index(last_sale)
    first = min(month_index(FIRST_DAY) + round(measures["start_month"]), last)
    months = np.arange(first, last + 1)
    recent = months > last - RECENT
    active = np.zeros(len(months), dtype=bool)
    for window, share in ((~recent, "active_early"), (recent, "active_recent")):
        places = np.flatnonzero(window)
        some = rng.permutation(places)[: round(len(places) * measures[share])]
        active[some] = True
    active[[0, -1]] = True
    return _Life(months, active, recent, last_sale)


def _sales_by_month(
    rng: np.random.Generator,
    life: _Life,
    measures: Mapping[str, float],
    month_profile: Sequence[float],
) -> tuple[Ints, Floats]:
    months = life.months[life.active]
    # Part of what a month's sales vary by is the calendar's doing.
    calendar = np.log(np.array(month_profile))[months % 12]
    spread = min(measures["spread"], _LARGEST_SPREAD)
    own = (max(spread**2 - float(np.var(calendar)), 0.01)) ** 0.5
    # Real months are seldom far above the usual one but often far below: the logarithm of an
    # exponential variate is skewed like that (mean −0.577, standard deviation 1.283).
    skewed = (np.log(rng.standard_exponential(len(months))) + 0.577) / 1.283
    log_sales = calendar + own * skewed
    for window, shift in ((False, 0.0), (True, measures["shift_log"])):
        chosen = life.recent[life.active] == window
        if chosen.any():
            log_sales[chosen] += shift * np.log(10) - np.log(np.exp(log_sales[chosen]).mean())
    by_month = np.exp(log_sales)
    return months, by_month / by_month.mean() * 10 ** measures["level_log"]


def _spread_over(rng: np.random.Generator, weights: Floats, wanted: int) -> Ints:
    """Place `wanted` invoices in months: at least one in each, the others by weight."""
    more = max(wanted - len(weights), 0)
    others = rng.choice(len(weights), more, p=weights / weights.sum())
    return np.sort(np.concatenate([np.arange(len(weights)), others]))


def _shares_of(rng: np.random.Generator, by_month: Floats, place: Ints, spread: float) -> Floats:
    """Split each month's sum among its invoices, log-normally."""
    raw = np.exp(min(spread, _LARGEST_SPREAD) * rng.standard_normal(len(place)))
    shares: Floats = raw / np.bincount(place, weights=raw)[place] * by_month[place]
    return shares


def _days(rng: np.random.Generator, months: Ints, last: date) -> npt.NDArray[np.datetime64]:
    start = (months - 12 * 1970).astype("datetime64[M]")
    length = ((start + _MONTH).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(int)
    days = start.astype("datetime64[D]") + _in_days(rng.random(len(months)) * length)
    end = np.datetime64(last)
    # In the month of the last sale, days after it are folded back onto earlier ones.
    late = days > end
    room = (end - start.astype("datetime64[D]")).astype(int) + 1
    folded = start.astype("datetime64[D]") + _in_days(rng.random(len(months)) * room)
    return np.where(late, np.minimum(folded, end), days)


def _in_days(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.timedelta64]:
    """Whole days, rounded down; numpy no longer takes bare integers for a span of time."""
    return numbers.astype(np.int64).astype("timedelta64[D]")


def _parties(
    rng: np.random.Generator, net: Floats, count_log: float, concentration: float
) -> Ints:
    """
    Give each invoice another party so that about the wanted concentration results.

    Random parties already concentrate by the sizes of the invoices; weights 1/rank^s make up
    the rest. Each party gets at least one invoice, the small ones the smallest.
    """
    count = int(np.clip(round(10**count_log), 1, len(net)))
    codes = rng.choice(_PARTIES, count, replace=False)
    by_size = float((net**2).sum() / net.sum() ** 2)
    target = (concentration - by_size) / max(1 - by_size, 1e-9)
    weights = _weights(count, target)
    party = rng.choice(count, len(net), p=weights)
    party[np.argsort(net)[:count]] = rng.permutation(count)
    chosen: Ints = codes[party]
    return chosen


def _weights(count: int, concentration: float) -> Floats:
    """Weights 1/rank^s whose squares sum to the concentration, or as near as can be."""
    ranks = np.arange(1, count + 1, dtype=np.float64)
    low, high = 0.0, 8.0
    for _ in range(30):
        power = (low + high) / 2
        weights = ranks**-power / (ranks**-power).sum()
        if (weights**2).sum() < concentration:
            low = power
        else:
            high = power
    return weights


def _completed(
    rng: np.random.Generator,
    net: Floats,
    days: npt.NDArray[np.datetime64],
    party: Ints,
    extra: tuple[int, float],
    tax_class: str,
    prefix: str,
) -> Drawn:
    """Add credit notes and void invoices, which repeat an earlier one; number and tax them all."""
    returned, void_rate = extra
    count = len(net)
    voided = round((count + returned) * min(void_rate, 0.95) / (1 - min(void_rate, 0.95)))
    back = rng.integers(count, size=returned)
    again = rng.integers(count, size=voided)
    later = days[back] + rng.integers(_LONGEST_RETURN_DAYS, size=returned)
    # A return of the last sale must not be a later sale.
    later = np.minimum(later, days.max())
    part = np.where(rng.random(returned) < 0.7, 1.0, rng.random(returned))
    fen = np.rint(100 * np.concatenate([net, -net[back] * part, net[again]])).astype(np.int64)
    when = np.concatenate([days, later, days[again]])
    parties = np.concatenate([party, party[back], party[again]])
    is_void = np.zeros(len(fen), dtype=bool)
    is_void[count + returned :] = True
    order = np.argsort(when, kind="stable")
    when, fen = when[order], fen[order]
    rates = np.array(TAX_CLASSES[tax_class])[np.searchsorted(_TAX_CHANGES, when, side="right")]
    first = int(rng.integers(_NUMBERS))
    # Sales are numbered in their order; purchases come from many sellers.
    step = 1 if prefix == "B" else _STEP
    return Drawn(
        (first + step * np.arange(len(fen))) % _NUMBERS,
        when,
        [f"{prefix}{code:05d}" for code in parties[order].tolist()],
        fen,
        np.rint(fen * rates).astype(np.int64),
        is_void[order],
    )
