"""
Which bank is asked next: hard filters, each with its reason, then an order among those left.

Pure: what was read of banks, quotas and the borrower comes in, the order and the reasons go
out. The same seed gives the same order (co-lending.md §2.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from partners.rules.funding import WHOLE_BP, FundingModel
from partners.rules.reasons import Reason
from partners.rules.regulation import Breach, blocking, plain

# Asked first whatever its part of the month is.
BEFORE_FAIRNESS = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What has to be funded, and of whom: nothing that names a person.

    `region` is an administrative code; `consents` are the banks' codes that the borrower
    consented to, `refused` those that he said no to; `local_time` is the clock on the lender's
    wall. What is not known is None or empty, and fails a filter that asks for it.
    """

    product: str
    amount: Decimal
    currency: str
    annual_rate: Decimal
    all_in_rate: Decimal
    term: int
    term_unit: str
    on: date
    local_time: time
    grade: str = ""
    region: str = ""
    industry: str = ""
    age: int | None = None
    consents: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """A quota that applies: its scope in words ("day 3301 wheat"), its size, what is left."""

    scope: str
    amount: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One agreement as it stands now, with what was measured of its bank.

    Amounts are the bank's own part where they say exposure, and whole loans where they say
    quota. `month_count` of `month_total` placements of this month went to the bank.
    """

    key: str
    bank: str
    model: str
    bank_ratio_bp: int
    currency: str
    effective_from: date
    effective_to: date | None
    max_annual_rate: Decimal
    max_all_in_rate: Decimal | None
    min_amount: Decimal
    max_amount: Decimal
    min_term: int
    max_term: int
    term_unit: str
    priority: int
    weight: int
    is_active: bool = True
    is_listed: bool = True
    products: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    exposure_cap: Decimal | None = None
    exposure: Decimal = Decimal(0)
    borrower_cap: Decimal | None = None
    borrower_exposure: Decimal = Decimal(0)
    quotas: tuple[QuotaLeft, ...] = ()
    was_asked: bool = False
    declined_days: int = 0
    declined_lately: bool = False
    fairness_cap_bp: int | None = None
    month_count: int = 0
    month_total: int = 0
    breaches: tuple[Breach, ...] = field(default=())

    @property
    def is_own(self) -> bool:
        """Whether it is our own book, which needs no bank, list, window or consent."""
        return self.model == FundingModel.OWN

    @property
    def capacity(self) -> Decimal | None:
        """The least that is left of any quota; None without one."""
        return min((quota.left for quota in self.quotas), default=None)

    def share_of(self, amount: Decimal) -> Decimal:
        """The bank's part of a loan."""
        return amount * self.bank_ratio_bp / WHOLE_BP


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with every reason against it; without one it has passed."""

    candidate: Candidate
    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        return not self.reasons

    @property
    def lacks_consent_only(self) -> bool:
        """Whether the borrower's word is all that stands between."""
        return {reason.code for reason in self.reasons} == {"consent"}

    @property
    def is_closed_only(self) -> bool:
        """Whether the bank would be asked once its doors are open."""
        return {reason.code for reason in self.reasons} == {"closed"}


def judge(wanted: Wanted, candidates: Iterable[Candidate]) -> tuple[Judged, ...]:
    """Hold every candidate against every filter; each reason is kept, not only the first."""
    return tuple(Judged(candidate, tuple(_against(wanted, candidate))) for candidate in candidates)


def ranked(judged: Iterable[Judged], seed: str) -> list[Candidate]:
    """
    Return those that passed, in the order of asking.

    Our own book comes last. Before it: priority; within one priority by lot, weighted by weight
    and by how much of the quota is left (Efraimidis and Spirakis 2006). A bank beyond its fair
    part of the month stands behind all that are not, unless its priority is 0.
    """
    passed = [each.candidate for each in judged if each.passed]
    return sorted(passed, key=lambda candidate: _place(candidate, seed))


def is_beyond_fair_part(candidate: Candidate) -> bool:
    """Whether one more placement would bring the bank above its agreed part of the month."""
    if candidate.fairness_cap_bp is None or candidate.priority == BEFORE_FAIRNESS:
        return False
    # The first placement of a month is always all of it.
    if not candidate.month_total:
        return False
    part = Decimal(candidate.month_count + 1) * WHOLE_BP / (candidate.month_total + 1)
    return part > candidate.fairness_cap_bp


def _place(candidate: Candidate, seed: str) -> tuple[bool, bool, int, Decimal, str]:
    return (
        candidate.is_own,
        is_beyond_fair_part(candidate),
        candidate.priority,
        _lot(candidate, seed),
        candidate.key,
    )


def _lot(candidate: Candidate, seed: str) -> Decimal:
    """Return an exponential draw whose smallest is each with the chance of its weight."""
    digest = hashlib.sha256(f"{seed}:{candidate.key}".encode()).digest()
    drawn = (Decimal(int.from_bytes(digest[:8])) + 1) / (2**64 + 1)
    weight = candidate.weight * _part_left(candidate)
    return -drawn.ln() / weight if weight else Decimal("Infinity")


def _part_left(candidate: Candidate) -> Decimal:
    parts = [quota.left / quota.amount for quota in candidate.quotas if quota.amount]
    return min(parts, default=Decimal(1))


def _against(wanted: Wanted, candidate: Candidate) -> Iterator[Reason]:
    yield from _against_agreement(wanted, candidate)
    yield from _against_borrower(wanted, candidate)
    yield from _against_terms(wanted, candidate)
    yield from _against_limits(wanted, candidate)
    for breach in blocking(candidate.breaches):
        yield Reason(
            "rule",
            value=plain(breach.got),
            limit=breach.expected,
            rule=breach.code,
            rule_title=breach.title,
            rule_title_zh=breach.title_zh,
            source=f"{breach.legal_ref} ({breach.source})",
        )
    if not candidate.is_own:
        yield from _against_bank(wanted, candidate)


def _against_agreement(wanted: Wanted, candidate: Candidate) -> Iterator[Reason]:
    ends = candidate.effective_to
    if candidate.effective_from > wanted.on or (ends is not None and ends < wanted.on):
        yield Reason("agreement_not_in_force", value=wanted.on.isoformat())
    if candidate.currency != wanted.currency:
        yield Reason("currency", value=wanted.currency, limit=candidate.currency)
    if candidate.products and wanted.product not in candidate.products:
        yield Reason("product", value=wanted.product, limit=_listed(candidate.products))


def _against_borrower(wanted: Wanted, candidate: Candidate) -> Iterator[Reason]:
    if candidate.grades and wanted.grade not in candidate.grades:
        yield Reason("grade", value=wanted.grade, limit=_listed(candidate.grades))
    if candidate.regions and not _lies_in(wanted.region, candidate.regions):
        yield Reason("region", value=wanted.region, limit=_listed(candidate.regions))
    if candidate.industries and wanted.industry not in candidate.industries:
        yield Reason("industry", value=wanted.industry, limit=_listed(candidate.industries))
    low, high = candidate.min_age, candidate.max_age
    if (low is not None or high is not None) and (
        wanted.age is None or not (low or 0) <= wanted.age <= (200 if high is None else high)
    ):
        age = "" if wanted.age is None else str(wanted.age)
        yield Reason("age", value=age, limit=f"{low or 0}–{'∞' if high is None else high}")


def _against_terms(wanted: Wanted, candidate: Candidate) -> Iterator[Reason]:
    if not candidate.min_amount <= wanted.amount <= candidate.max_amount:
        limit = f"{plain(candidate.min_amount)}–{plain(candidate.max_amount)}"
        yield Reason("amount", value=plain(wanted.amount), limit=limit)
    fits = candidate.min_term <= wanted.term <= candidate.max_term
    if wanted.term_unit != candidate.term_unit or not fits:
        limit = f"{candidate.min_term}–{candidate.max_term} {candidate.term_unit}"
        yield Reason("term", value=f"{wanted.term} {wanted.term_unit}", limit=limit)
    if wanted.annual_rate > candidate.max_annual_rate:
        limit = plain(candidate.max_annual_rate)
        yield Reason("rate", value=plain(wanted.annual_rate), limit=limit)
    most = candidate.max_all_in_rate
    if most is not None and wanted.all_in_rate > most:
        yield Reason("all_in", value=plain(wanted.all_in_rate), limit=plain(most))


def _against_limits(wanted: Wanted, candidate: Candidate) -> Iterator[Reason]:
    share = candidate.share_of(wanted.amount)
    for code, cap, held in (
        ("exposure_cap", candidate.exposure_cap, candidate.exposure),
        ("borrower_cap", candidate.borrower_cap, candidate.borrower_exposure),
    ):
        if cap is not None and held + share > cap:
            yield Reason(code, value=plain(held + share), limit=plain(cap))
    yield from quota_reasons(wanted.amount, candidate.quotas)


def quota_reasons(amount: Decimal, quotas: Sequence[QuotaLeft]) -> Iterator[Reason]:
    """Yield each quota that has too little left."""
    for quota in quotas:
        if quota.left < amount:
            yield Reason("quota", value=plain(amount), limit=plain(quota.left), scope=quota.scope)


def _against_bank(wanted: Wanted, candidate: Candidate) -> Iterator[Reason]:
    if not candidate.is_active:
        yield Reason("bank_inactive", value=candidate.bank)
    if not candidate.is_listed:
        yield Reason("whitelist", value=candidate.bank)
    if candidate.was_asked:
        yield Reason("asked_before", value=candidate.bank)
    if candidate.declined_lately:
        yield Reason("declined_lately", value=candidate.bank, limit=str(candidate.declined_days))
    opens, closes = candidate.opens_at, candidate.closes_at
    if opens is not None and closes is not None and not opens <= wanted.local_time < closes:
        window = f"{opens:%H:%M}–{closes:%H:%M}"
        yield Reason("closed", value=f"{wanted.local_time:%H:%M}", limit=window)
    if candidate.bank in wanted.refused:
        yield Reason("consent_refused", value=candidate.bank)
    elif candidate.bank not in wanted.consents:
        yield Reason("consent", value=candidate.bank)


def _lies_in(region: str, regions: Sequence[str]) -> bool:
    """A region lies in another whose administrative code its own begins with."""
    return bool(region) and any(region.startswith(each) for each in regions)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values)
