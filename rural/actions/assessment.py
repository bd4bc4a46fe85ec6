"""Assessing what a household can repay, from what its accepted forms say; kept for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import ProductVersion
from lending.rules.calendar import add_months
from rural.actions import grounds
from rural.models import Assessment, CapacityPolicy, Household
from rural.queries import cases, cash_chart
from rural.rules import capacity, liquidity
from rural.rules.adjustments import Adjustment
from rural.rules.capacity import Cap, Case, Outcome
from rural.rules.due_dates import Due, shared
from rural.rules.liquidity import Feasible, Instalment
from rural.rules.months import plain
from rural.rules.policy import Policy
from scoring.rules.canonical import sha256
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

COMMENT_CHARACTERS = 200
CAP_NAME_CHARACTERS = 40
LARGEST_AMOUNT = Decimal(10) ** 9


class NotAssessable(Refusal):
    """Something is missing: a form, a benchmark, a policy in force, a product on offer."""

    code = "not_assessable"


class CommentMissing(Refusal):
    """A figure differs so much that an officer must say why; `errors` name each."""

    code = "comment_missing"
    status = 422


@dataclass(frozen=True, slots=True)
class Trial:
    """What if: an amount and due dates tried out on an assessment, nothing kept."""

    feasible: Feasible
    instalments: tuple[Instalment, ...]
    outcomes: tuple[Outcome, ...]
    tightest: capacity.Tightest
    passes: bool


@room.atomic
def assess(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    household_id: UUID,
    product_code: str,
    grade: str = "",
    caps: Sequence[Cap] = (),
    wages_verified: bool = False,
    remitted_rate: Decimal | None = None,
    comments: Mapping[str, str] | None = None,
) -> Assessment:
    """
    Work out a household's capacity under the policy in force and keep it with all inputs.

    The grade is the village panel's, the bounds are also those of the county's programme, and
    registered land is no more than the county confirms; which data was used is written down.

    :param on: the tenant's business date; picks policy, benchmarks and product version
    :param grade: an officer's, such as "AA", where no panel's result is valid
    :param caps: further upper limits: regulation, funder, connected borrowers
    :param wages_verified: bank statements of the wages were seen
    :param remitted_rate: part of wages earned elsewhere that comes home; None for the policy's
    :param comments: why a figure differs, by "subject/item" of its adjustment
    :raises NotFound: if there is no such household
    :raises NotAssessable: if a form, benchmark, policy or product is missing
    :raises Invalid: naming every parameter that does not fit
    :raises ProgrammeRefused: if the county's programmes for the product take no requests
    :raises CommentMissing: naming every figure that asks for a comment and has none
    """
    require(actor, Permission.CAPACITY_ASSESS)
    said = {key: text.strip() for key, text in (comments or {}).items()}
    household = Household.objects.filter(pk=household_id).select_related("village").first()
    if household is None:
        raise NotFound.of(gettext_lazy("Household"), household_id)
    version = ProductVersion.objects.on_offer(product_code, on).first()
    policy = CapacityPolicy.objects.in_force(on).first()
    if version is None or policy is None:
        missing = gettext_lazy("product") if version is None else gettext_lazy("capacity policy")
        raise NotAssessable(
            gettext_lazy("Cannot assess: no %(missing)s in force") % {"missing": missing}
        )
    stands = grounds.gather(
        actor=actor, at=at, on=on, household=household, product_code=product_code, grade=grade
    )
    _check(grade=stands.grade, caps=caps, remitted_rate=remitted_rate, comments=said)
    loan = cases.Loan(
        start=on,
        grade=stands.grade,
        annual_rate=version.annual_rate.normalize(),
        minimum=max(plain(version.min_amount), stands.minimum),
        caps=(Cap("product", plain(version.max_amount)), *stands.caps, *caps),
        wages_verified=wages_verified,
        remitted_rate=remitted_rate,
        land_confirmed=stands.land_confirmed,
        origin=stands.origin,
    )
    case = _case(household, loan)
    found = capacity.assess(case, policy.policy)
    _require_comments(found.adjustments, said)
    inputs, result = case.to_json(), found.to_json()
    row = Assessment.objects.create(
        household=household,
        household_version=household.version,
        policy=policy,
        product_code=product_code,
        case=inputs,
        result=result,
        comments=said,
        verdict=found.verdict,
        limit=found.limit,
        binding=found.binding,
        evidence_sha256=evidence_hash(inputs, policy.rules, result),
        business_date=on,
        assessed_at=at,
        assessed_by=actor.name,
    )
    documents.store(
        actor=actor,
        at=at,
        content=cash_chart.for_file(row).encode(),
        media_type="image/svg+xml",
        name=f"cash-{on.isoformat()}.svg",
        subject=row,
        retain_until=add_months(on, 12 * policy.policy.kept_years),
    )
    audit.record(
        actor=actor,
        at=at,
        action="capacity.assess",
        subject=row,
        changes={
            "household": str(household.pk),
            "verdict": found.verdict.value,
            "limit": str(found.limit),
            "binding": found.binding,
            "evidence": row.evidence_sha256,
        },
    )
    return row


def replay(assessment: Assessment) -> dict[str, Any]:
    """Return the result that the rules give today for what an assessment went in with."""
    case = capacity.read(assessment.case)
    return capacity.assess(case, assessment.policy.policy).to_json()


def evidence_hash(case: object, rules: object, result: object) -> str:
    """Return the hash over everything that went in and came out."""
    return sha256({"case": case, "policy": rules, "result": result})


def try_out(
    *, actor: Actor, assessment: Assessment, amount: Decimal, months: Sequence[int]
) -> Trial:
    """
    Try an amount and due months on an assessment's case; nothing is kept.

    Principal falls due in equal parts, rounded to the policy's step.

    :param months: due months counted from the month of the loan, ascending
    :raises Invalid: naming what does not fit
    """
    require(actor, Permission.CAPACITY_ASSESS)
    policy = assessment.policy.policy
    case = capacity.read(assessment.case)
    _check_trial(amount, months, policy.horizon_max)
    dues = shared([(month, Decimal(1)) for month in months], policy.share_step)
    tried = replace(case, dues=dues)
    return _trial(tried, policy, amount, dues)


def _trial(case: Case, policy: Policy, amount: Decimal, dues: tuple[Due, ...]) -> Trial:
    prepared = capacity.prepare(case, policy)
    room_for = capacity.solve(prepared, case)
    paid = liquidity.instalments(amount, dues, case.annual_rate)
    outcomes = capacity.outcomes_of(prepared, amount, paid)
    high = room_for.high
    fits = room_for.low.amount <= amount and (high is None or amount <= high.amount)
    return Trial(room_for, paid, outcomes, capacity.tightest(outcomes), fits)


def _case(household: Household, loan: cases.Loan) -> Case:
    try:
        return cases.case(household, loan)
    except cases.Gap as gap:
        words = {
            "F1": gettext_lazy("the household's form F1, filled in by an officer"),
            "income": gettext_lazy("a crop, animals or a wage"),
            "benchmark": gettext_lazy("a benchmark for %(which)s"),
        }
        missing = words[gap.what] % {"which": gap.which}
        message = gettext_lazy("Cannot assess: %(missing)s is missing") % {"missing": missing}
        raise NotAssessable(message) from gap


def _require_comments(adjustments: Sequence[Adjustment], said: Mapping[str, str]) -> None:
    gaps = [each for each in adjustments if each.asks_comment and not said.get(comment_key(each))]
    if gaps:
        raise CommentMissing(
            gettext_lazy("Say why these figures differ"),
            errors=[
                FieldError(
                    f"/comments/{comment_key(each)}",
                    f"{each.declared:f} → {each.used:f} {each.unit}",
                    _("why, in words"),
                )
                for each in gaps
            ],
        )


def comment_key(adjustment: Adjustment) -> str:
    """Return the key of the comment that an adjustment asks for."""
    return f"{adjustment.subject}/{adjustment.item}"


def _check(
    *,
    grade: str,
    caps: Sequence[Cap],
    remitted_rate: Decimal | None,
    comments: Mapping[str, str],
) -> None:
    errors = []
    if not 0 < len(grade) <= 10:
        errors.append(FieldError("/grade", grade[:40], _("1 to %d characters") % 10))
    for at, cap in enumerate(caps):
        if not cap.amount.is_finite() or not 0 <= cap.amount <= LARGEST_AMOUNT:
            limits = {"low": 0, "high": LARGEST_AMOUNT}
            expected = _("%(low)s to %(high)s") % limits
            errors.append(FieldError(f"/caps/{at}/amount", str(cap.amount)[:40], expected))
        if not 0 < len(cap.name) <= CAP_NAME_CHARACTERS:
            expected = _("1 to %d characters") % CAP_NAME_CHARACTERS
            errors.append(FieldError(f"/caps/{at}/name", cap.name[:40], expected))
    if remitted_rate is not None and not (remitted_rate.is_finite() and 0 <= remitted_rate <= 1):
        errors.append(
            FieldError(
                "/remitted_rate",
                str(remitted_rate)[:40],
                _("%(low)s to %(high)s") % {"low": 0, "high": 1},
            )
        )
    for key, text in comments.items():
        if len(text) > COMMENT_CHARACTERS:
            expected = _("at most %d characters") % COMMENT_CHARACTERS
            errors.append(FieldError(f"/comments/{key[:60]}", text[:40], expected))
    if errors:
        raise Invalid(gettext_lazy("The assessment does not fit"), errors=errors)


def _check_trial(amount: Decimal, months: Sequence[int], horizon: int) -> None:
    errors = []
    if not amount.is_finite() or not 0 < amount <= LARGEST_AMOUNT:
        limits = {"low": 1, "high": LARGEST_AMOUNT}
        errors.append(FieldError("/amount", str(amount)[:40], _("%(low)s to %(high)s") % limits))
    ascends = all(one < other for one, other in pairwise(months))
    if not months or not ascends or months[0] < 1 or months[-1] >= horizon:
        shown = ", ".join(map(str, months))[:40]
        expected = _("ascending months from 1 to %d") % (horizon - 1)
        errors.append(FieldError("/months", shown, expected))
    if errors:
        raise Invalid(gettext_lazy("The trial does not fit"), errors=errors)
