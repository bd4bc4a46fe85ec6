"""Every agreement as the router sees it, with what was measured of its bank: a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum

from lending.models import Application
from partners.models import (
    AgreementVersion,
    FundingRule,
    PartnerBank,
    Placement,
    PlacementQuerySet,
    Quota,
    QuotaUse,
    UseStatus,
)
from partners.models.placement import NOT_COMMITTED
from partners.rules.funding import FACILITATED, GUARANTEED, WHOLE_BP
from partners.rules.placing import FELL_THROUGH, PlacementState
from partners.rules.regulation import Breach, check, ratios
from partners.rules.routing import Candidate, QuotaLeft, Wanted

ZERO = Decimal(0)
LENDER_KIND = "microloan_company"


@dataclass(frozen=True, slots=True)
class Field:
    """All agreements that there are, each with the version to look at and its candidate."""

    candidates: tuple[Candidate, ...]
    versions: dict[str, AgreementVersion]
    quotas: dict[str, tuple[Quota, ...]]


class Past(NamedTuple):
    """What became of one placement of a borrower; `part` is the bank's, ten thousand times."""

    bank_id: UUID
    application_id: UUID
    status: str
    ended_at: datetime | None
    part: Decimal


def past_of(application: Application) -> list[Past]:
    """Return every placement of an application's borrower, this application's among them."""
    rows = Placement.objects.filter(application__borrower=application.borrower_id).values_list(
        "bank_id",
        "application_id",
        "status",
        "ended_at",
        F("amount") * F("bank_ratio_bp"),
    )
    return [Past(*row) for row in rows]


def field_of(
    application: Application,
    what: Wanted,
    *,
    past: Sequence[Past],
    at: datetime,
    on: date,
    zone: ZoneInfo,
) -> Field:
    """
    Return every agreement as it stands for an application at a moment.

    :param past: the borrower's placements, as `past_of` returns them
    """
    versions = _versions(on)
    quotas = applicable(versions, what)
    taken = used([quota for group in quotas.values() for quota in group], on=on, at=at)
    has_guarantors = any(version.agreement.guarantor_id for version in versions)
    history = _History.read(
        application, past, at=at, on=on, zone=zone, has_guarantors=has_guarantors
    )
    rules = list(FundingRule.objects.in_force(on))
    candidates = tuple(
        _candidate(
            version,
            what,
            history,
            left=[_left(quota, taken) for quota in quotas[str(version.pk)]],
            rules=rules,
            application=application,
        )
        for version in versions
    )
    return Field(candidates, {str(version.pk): version for version in versions}, quotas)


def applicable(versions: Iterable[AgreementVersion], what: Wanted) -> dict[str, tuple[Quota, ...]]:
    """Return the quotas that a placement under each version would draw on."""
    by_agreement: dict[UUID, list[Quota]] = defaultdict(list)
    rows = Quota.objects.filter(is_active=True, product__in=["", what.product]).order_by("pk")
    for quota in rows:
        if what.region.startswith(quota.region):
            by_agreement[quota.agreement_id].append(quota)
    return {str(version.pk): tuple(by_agreement[version.agreement_id]) for version in versions}


def used(quotas: Sequence[Quota], *, on: date, at: datetime) -> dict[UUID, Decimal]:
    """Return what is taken of each quota in the period of a day: used, or reserved until later."""
    if not quotas:
        return {}
    begins = {quota.pk: quota.begins_on(on) for quota in quotas}
    live = Q(status=UseStatus.CONVERTED) | Q(status=UseStatus.RESERVED, expires_at__gt=at)
    rows = (
        QuotaUse.objects.filter(quota__in=list(begins), begins_on__in=set(begins.values()))
        .filter(live)
        .values_list("quota", "begins_on")
        .annotate(Sum("amount"))
        .order_by()
    )
    # A month and its first day begin together, but are of other quotas.
    return {key: taken for key, day, taken in rows if begins[key] == day}


def left_of(quotas: Sequence[Quota], *, on: date, at: datetime) -> tuple[QuotaLeft, ...]:
    """Return what is left of some quotas; whoever holds their locks may rely on it."""
    taken = used(quotas, on=on, at=at)
    return tuple(_left(quota, taken) for quota in quotas)


def _left(quota: Quota, taken: dict[UUID, Decimal]) -> QuotaLeft:
    scope = " ".join(part for part in (quota.period, quota.region, quota.product) if part)
    return QuotaLeft(scope, quota.amount, max(quota.amount - taken.get(quota.pk, ZERO), ZERO))


def _versions(on: date) -> list[AgreementVersion]:
    """The version in force of each agreement, or the newest if none is: it is refused by name."""
    rows = (
        AgreementVersion.objects.published()
        .filter(agreement__is_active=True)
        .select_related("agreement__bank", "agreement__guarantor")
        .order_by("agreement_id", "-effective_from", "-number")
    )
    chosen: dict[UUID, AgreementVersion] = {}
    for version in rows:
        held = chosen.get(version.agreement_id)
        if held is None or (not _is_in_force(held, on) and _is_in_force(version, on)):
            chosen[version.agreement_id] = version
    return list(chosen.values())


def _is_in_force(version: AgreementVersion, on: date) -> bool:
    ends = version.effective_to
    return version.effective_from <= on and (ends is None or on <= ends)


@dataclass(frozen=True, slots=True)
class _History:
    """What lies behind each bank: exposures in its own part, this month, this borrower."""

    exposure: dict[UUID | None, Decimal]
    of_borrower: dict[UUID | None, Decimal]
    guaranteed: dict[UUID | None, Decimal]
    guaranteed_of_borrower: dict[UUID | None, Decimal]
    this_month: dict[UUID | None, int]
    asked: frozenset[UUID]
    last_declined: Mapping[UUID, datetime]
    at: datetime

    @classmethod
    def read(
        cls,
        application: Application,
        past: Sequence[Past],
        *,
        at: datetime,
        on: date,
        zone: ZoneInfo,
        has_guarantors: bool,
    ) -> _History:
        month = datetime(on.year, on.month, 1, tzinfo=zone)
        committed = Placement.objects.committed()
        counted = Placement.objects.filter(routed_at__gte=month).values_list("bank")
        declined: dict[UUID, datetime] = {}
        for each in past:
            if each.status == PlacementState.DECLINED and each.ended_at is not None:
                last = declined.get(each.bank_id, each.ended_at)
                declined[each.bank_id] = max(each.ended_at, last)
        of_borrower = committed.filter(application__borrower=application.borrower_id)
        return cls(
            exposure=_parts(committed, "bank"),
            of_borrower=_added(past),
            guaranteed=_guaranteed(committed) if has_guarantors else {},
            guaranteed_of_borrower=_guaranteed(of_borrower) if has_guarantors else {},
            this_month=dict(counted.annotate(Count("pk")).order_by()),
            asked=frozenset(
                each.bank_id
                for each in past
                if each.application_id == application.pk and each.status in FELL_THROUGH
            ),
            last_declined=declined,
            at=at,
        )

    def declined_within(self, bank_id: UUID | None, days: int) -> bool:
        """Whether the bank declined the borrower less than so many days ago."""
        last = None if bank_id is None else self.last_declined.get(bank_id)
        return last is not None and last > self.at - timedelta(days=days)


def _guaranteed(rows: PlacementQuerySet) -> dict[UUID | None, Decimal]:
    return _parts(
        rows.filter(version__model__in=sorted(GUARANTEED)), "version__agreement__guarantor"
    )


def _parts(rows: PlacementQuerySet, by: str) -> dict[UUID | None, Decimal]:
    """Sum the banks' parts of placements, by one of their references."""
    summed = rows.values_list(by).annotate(part=Sum(F("amount") * F("bank_ratio_bp"))).order_by()
    return {key: total / WHOLE_BP for key, total in summed}


def _added(past: Iterable[Past]) -> dict[UUID | None, Decimal]:
    added: dict[UUID | None, Decimal] = defaultdict(Decimal)
    for each in past:
        if each.status not in NOT_COMMITTED:
            added[each.bank_id] += each.part / WHOLE_BP
    return added


def _candidate(
    version: AgreementVersion,
    what: Wanted,
    history: _History,
    *,
    left: list[QuotaLeft],
    rules: list[FundingRule],
    application: Application,
) -> Candidate:
    bank = version.agreement.bank
    bank_id = version.agreement.bank_id
    return Candidate(
        key=str(version.pk),
        bank="" if bank is None else bank.code,
        model=version.model,
        bank_ratio_bp=version.bank_ratio_bp,
        currency=version.currency,
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        max_annual_rate=version.max_annual_rate,
        max_all_in_rate=version.max_all_in_rate,
        min_amount=version.min_amount,
        max_amount=version.max_amount,
        min_term=version.min_term,
        max_term=version.max_term,
        term_unit=version.term_unit,
        priority=version.priority,
        weight=version.weight,
        products=tuple(version.products),
        regions=tuple(version.regions),
        grades=tuple(version.grades),
        industries=tuple(version.industries),
        min_age=version.min_age,
        max_age=version.max_age,
        exposure_cap=version.exposure_cap,
        exposure=history.exposure.get(bank_id, ZERO),
        borrower_cap=version.borrower_cap,
        borrower_exposure=history.of_borrower.get(bank_id, ZERO),
        quotas=tuple(left),
        declined_days=version.declined_days,
        fairness_cap_bp=version.fairness_cap_bp,
        month_count=history.this_month.get(bank_id, 0),
        month_total=sum(history.this_month.values()),
        breaches=_breaches(version, what, history, rules, application),
        is_active=bank is None or bank.is_active,
        is_listed=bank is None or _is_listed(bank, what.on),
        opens_at=None if bank is None else bank.opens_at,
        closes_at=None if bank is None else bank.closes_at,
        was_asked=bank_id in history.asked,
        declined_lately=history.declined_within(bank_id, version.declined_days),
    )


def _is_listed(bank: PartnerBank, on: date) -> bool:
    lists = (bank.our_list_from, bank.their_list_from)
    return all(since is not None and since <= on for since in lists)


def _breaches(
    version: AgreementVersion,
    what: Wanted,
    history: _History,
    rules: list[FundingRule],
    application: Application,
) -> tuple[Breach, ...]:
    """Return the funding rules that this placement would break, as far as they can be measured."""
    return check(
        rules,
        _measured(version, what, history, application),
        jurisdiction=version.jurisdiction,
        model=version.model,
        kinds=_kinds(version),
        on=what.on,
    )


def _kinds(version: AgreementVersion) -> set[str]:
    kinds = {"bank", LENDER_KIND}
    guarantor = version.agreement.guarantor
    if guarantor is not None:
        is_inclusive = guarantor.is_mainly_inclusive
        kinds |= {"any_guarantor", "inclusive_guarantor" if is_inclusive else "guarantor"}
    return kinds


def _measured(
    version: AgreementVersion, what: Wanted, history: _History, application: Application
) -> dict[str, Decimal]:
    bank, guarantor = version.agreement.bank, version.agreement.guarantor
    if bank is None:
        return {}
    share = what.amount * version.bank_ratio_bp / WHOLE_BP
    with_this = history.exposure.get(bank.pk, ZERO) + share
    is_outside = bank.is_local and not what.region.startswith(bank.region)
    measured = {
        **ratios(version.bank_ratio_bp),
        "all_in_rate": what.all_in_rate + version.guarantee_fee_rate,
        "off_list": Decimal(not _is_listed(bank, what.on)),
        "outside_bank_area": Decimal(is_outside),
    }
    if version.model in FACILITATED:
        # Whatever we ourselves would collect of the borrower beside the bank.
        ours = [fee for fee in application.version.fee_rules if fee.collected_by != bank.code]
        measured["platform_fee_from_borrower"] = Decimal(len(ours))
    if bank.tier1_capital:
        measured["cooperator_share_of_tier1"] = with_this / bank.tier1_capital
    if bank.total_loans:
        # Of the co-funded loans we know ours alone; the bank watches the others.
        measured["co_funded_share_of_loans"] = with_this / bank.total_loans
    if guarantor is not None:
        held = history.guaranteed.get(guarantor.pk, ZERO)
        of_borrower = history.guaranteed_of_borrower.get(guarantor.pk, ZERO)
        measured["guarantee_multiple"] = (held + share) / guarantor.net_assets
        measured["guaranteed_borrower_share"] = (of_borrower + share) / guarantor.net_assets
    return measured
