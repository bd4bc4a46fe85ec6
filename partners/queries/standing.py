"""What co-lent loans owe at the end of a day, and which were paid out on it, with one bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from lending.models import Loan, LoanEvent
from lending.queries.classification import said_otherwise
from lending.queries.folding import events_of
from lending.rules.classification import AssetClass
from lending.rules.fold import fold
from lending.rules.instalment import Instalment
from partners.models import PartnerBank
from partners.queries.setwise import by_sets, fetch
from partners.rules.files.rows import Disbursed, Outstanding

ZERO = Decimal(0)

# From the shares up to the day, so that a day that is settled late stands as it stood. Interest
# is the position's closed form (lending.rules.state.Accrual), or where something was booked after
# the day, what the loan folds to without it.
_OUTSTANDING = """
    WITH held AS (
        SELECT participation.tenant_id, participation.id, participation.loan_id,
            participation.bank_loan_number, participation.ratio_bp, participation.decimals,
            participation.interest_fraction,
            loan.number, loan.principal, loan.closed_on
        FROM partners_participation participation
        JOIN lending_loan loan
          ON loan.tenant_id = participation.tenant_id AND loan.id = participation.loan_id
        WHERE participation.bank_id = %(bank)s AND loan.disbursed_on <= %(on)s
          AND (loan.closed_on IS NULL OR loan.closed_on >= %(on)s)
    ), stood AS (
        SELECT share.tenant_id, share.participation_id,
            sum(share.total * sign) AS principal, sum(share.bank_part * sign) AS bank_principal,
            sum(share.bank_part) FILTER (WHERE component = 'disbursed') AS funded,
            coalesce(sum(share.total) FILTER (WHERE component = 'interest'), 0) AS interest,
            coalesce(sum(share.bank_part) FILTER (WHERE component = 'interest'), 0)
                AS bank_interest,
            coalesce(sum(share.total) FILTER (WHERE component = 'penalty'), 0) AS penalty
        FROM (
            SELECT *, CASE component WHEN 'disbursed' THEN 1 WHEN 'principal' THEN -1 ELSE 0 END
                AS sign
            FROM partners_share
            WHERE bank_id = %(bank)s AND booked_on <= %(on)s
        ) share
        WHERE share.participation_id IN (SELECT id FROM held)
        GROUP BY share.tenant_id, share.participation_id
    ), accrued AS (
        SELECT tenant_id, loan_id, arrears_since, penalty_accrued,
            CASE WHEN is_open THEN round(accrued_at_since + round(accrual_base * accrual_rate
                    * greatest(%(next)s::date - accrual_since, 0) / accrual_year_days, 10),
                decimals) ELSE interest_accrued END AS interest
        FROM lending_loanposition
        WHERE loan_id <> ALL(%(moved)s::uuid[])
        UNION ALL
        SELECT app.tenant(), moved.*
        FROM unnest(%(moved)s::uuid[], %(arrears)s::date[], %(penalties)s::numeric[],
            %(interests)s::numeric[]) AS moved
    ), earned AS (
        -- The bank's part of all that was ever owed.
        SELECT held.tenant_id, held.id, component.name AS component,
            CASE component.name WHEN 'principal' THEN stood.funded
                ELSE round(accrued.interest * held.interest_fraction, held.decimals) END AS amount
        FROM held
        JOIN stood ON stood.tenant_id = held.tenant_id AND stood.participation_id = held.id
        JOIN accrued ON accrued.tenant_id = held.tenant_id AND accrued.loan_id = held.loan_id
        CROSS JOIN (VALUES ('principal'), ('interest')) AS component(name)
    ), ceded AS (
        -- What of it somebody else had paid the bank for by the day.
        SELECT cession.tenant_id, cession.participation_id, cession.component,
            sum(least(greatest(earned.amount - cession.starts_at, 0),
                coalesce(cession."limit", earned.amount))) AS amount
        FROM partners_cession cession
        JOIN earned ON earned.tenant_id = cession.tenant_id
         AND earned.id = cession.participation_id AND earned.component = cession.component
        LEFT JOIN partners_compensationclaim claim
          ON claim.tenant_id = cession.tenant_id AND claim.id = cession.claim_id
        LEFT JOIN partners_buyback bought
          ON bought.tenant_id = cession.tenant_id AND cession.claim_id IS NULL
         AND bought.participation_id = cession.participation_id
        WHERE coalesce(claim.paid_on, bought."on") <= %(on)s
          AND (claim.reversed_on IS NULL OR claim.reversed_on > %(on)s)
        GROUP BY cession.tenant_id, cession.participation_id, cession.component
    ), own AS (
        SELECT earned.tenant_id, earned.id,
            sum(coalesce(ceded.amount, 0)) FILTER (WHERE earned.component = 'principal')
                AS principal_ceded,
            sum(earned.amount - coalesce(ceded.amount, 0))
                FILTER (WHERE earned.component = 'interest') AS interest
        FROM earned
        LEFT JOIN ceded ON ceded.tenant_id = earned.tenant_id
         AND ceded.participation_id = earned.id AND ceded.component = earned.component
        GROUP BY earned.tenant_id, earned.id
    ), next AS (
        SELECT DISTINCT ON (row.tenant_id, row.loan_id) row.tenant_id, row.loan_id, row.due_on,
            row.principal_due + row.interest_due + row.fee_due
                - row.principal_paid - row.interest_paid - row.fee_paid AS amount
        FROM lending_instalment row
        WHERE row.loan_id IN (SELECT loan_id FROM held) AND row.due_on > %(on)s
          AND row.loan_id <> ALL(%(moved)s::uuid[])
        ORDER BY row.tenant_id, row.loan_id, row.number
    ), following AS (
        SELECT * FROM next
        UNION ALL
        SELECT app.tenant(), moved.*
        FROM unnest(%(moved)s::uuid[], %(dues)s::date[], %(amounts)s::numeric[]) AS moved
    )
    SELECT held.number, held.bank_loan_number, held.principal, held.ratio_bp,
        stood.principal, greatest(accrued.interest - stood.interest, 0),
        greatest(accrued.penalty_accrued - stood.penalty, 0),
        stood.bank_principal - own.principal_ceded,
        greatest(own.interest - stood.bank_interest, 0),
        following.due_on, coalesce(following.amount, 0),
        greatest(%(on)s - accrued.arrears_since, 0),
        CASE WHEN held.closed_on <= %(on)s THEN 'CLOSED' ELSE 'ACTIVE' END, held.loan_id
    FROM held
    JOIN stood ON stood.tenant_id = held.tenant_id AND stood.participation_id = held.id
    JOIN accrued ON accrued.tenant_id = held.tenant_id AND accrued.loan_id = held.loan_id
    JOIN own ON own.tenant_id = held.tenant_id AND own.id = held.id
    LEFT JOIN following
      ON following.tenant_id = held.tenant_id AND following.loan_id = held.loan_id
    ORDER BY held.number
"""


class _Standing(NamedTuple):
    loan_no: str
    partner_loan_no: str
    contract_amt: Decimal
    ratio_bp: int
    principal_os: Decimal
    interest_accrued: Decimal
    penalty_accrued: Decimal
    partner_principal_os: Decimal
    partner_interest_accrued: Decimal
    next_due_date: date | None
    next_due_amt: Decimal
    dpd: int | None
    status: str
    loan_id: UUID


# By days past due, and what a bank says: the bucket, and the class of five.
Classes = Callable[[int, AssetClass | None], tuple[str, str]]


def outstanding(bank: PartnerBank, on: date, classes: Classes) -> Iterator[Outstanding]:
    """Return every loan of a bank that was open on a day, as it stood at the day's end."""
    next_day = on + timedelta(days=1)
    parameters = {"bank": bank.pk, "on": on, "next": next_day, **_moved(bank, on)}
    rows = [_Standing(*row) for row in fetch(_OUTSTANDING, parameters)]
    said = said_otherwise(on)
    for found in rows:
        dpd = found.dpd or 0
        bucket, class5 = classes(dpd, said.get(found.loan_id))
        yield Outstanding(
            as_of=on,
            loan_no=found.loan_no,
            partner_loan_no=found.partner_loan_no,
            contract_amt=found.contract_amt,
            ratio_bp=found.ratio_bp,
            principal_os=found.principal_os,
            interest_accrued=found.interest_accrued,
            penalty_accrued=found.penalty_accrued,
            partner_principal_os=found.partner_principal_os,
            partner_interest_accrued=found.partner_interest_accrued,
            next_due_date=found.next_due_date,
            next_due_amt=found.next_due_amt,
            dpd=dpd,
            bucket=bucket,
            class5=class5,
            status=found.status,
        )


def _moved(bank: PartnerBank, on: date) -> dict[str, list[Any]]:
    """Return columns of how those loans stood at a day's end of which something came later."""
    later = LoanEvent.objects.filter(booked_on__gt=on, loan__participations__bank=bank)
    with by_sets():
        loans = list(Loan.objects.filter(pk__in=later.values("loan_id")).order_by("pk"))
    events = events_of([loan.pk for loan in loans])
    columns: dict[str, list[Any]] = {
        name: [] for name in ("moved", "arrears", "penalties", "interests", "dues", "amounts")
    }
    for loan in loans:
        known = [event for event in events[loan.pk] if event.booked_on <= on]
        if not known:
            continue
        state = fold(loan.frozen_terms, known, on)
        totals = fold(loan.frozen_terms, known, on + timedelta(days=1)).balances
        following = next((row for row in state.schedule if row.due_on > on), None)
        columns["moved"].append(loan.pk)
        columns["arrears"].append(state.oldest_unpaid_due_on)
        columns["penalties"].append(totals.penalty_accrued)
        columns["interests"].append(totals.interest_accrued)
        columns["dues"].append(following.due_on if following else None)
        columns["amounts"].append(_without_penalty(following) if following else ZERO)
    return columns


def _without_penalty(row: Instalment) -> Decimal:
    due = row.principal_due + row.interest_due + row.fee_due
    return due - row.principal_paid - row.interest_paid - row.fee_paid


_DISBURSED = """
    SELECT loan.number, participation.bank_loan_number,
        agreement.code || ' v' || version.number AS version, event.recorded_at,
        event.effective_on, share.total, share.bank_part, share.own_part, participation.ratio_bp,
        coalesce(leg.bank_reference, ''), product.code, loan.id
    FROM partners_share share
    JOIN partners_participation participation
      ON participation.tenant_id = share.tenant_id AND participation.id = share.participation_id
    JOIN partners_agreementversion version
      ON version.tenant_id = participation.tenant_id AND version.id = participation.version_id
    JOIN partners_agreement agreement
      ON agreement.tenant_id = version.tenant_id AND agreement.id = version.agreement_id
    JOIN lending_loan loan ON loan.tenant_id = share.tenant_id AND loan.id = share.loan_id
    JOIN lending_productversion sold
      ON sold.tenant_id = loan.tenant_id AND sold.id = loan.version_id
    JOIN lending_product product
      ON product.tenant_id = sold.tenant_id AND product.id = sold.product_id
    JOIN lending_loanevent event
      ON event.tenant_id = share.tenant_id AND event.loan_id = share.loan_id
     AND event.sequence = share.sequence
    LEFT JOIN partners_fundingleg leg
      ON leg.tenant_id = participation.tenant_id AND leg.participation_id = participation.id
     AND leg.side = 'bank'
    WHERE share.bank_id = %(bank)s AND share.booked_on = %(on)s
      AND share.component = 'disbursed' AND share.total > 0
    ORDER BY loan.number
"""


class _PaidOut(NamedTuple):
    loan_no: str
    partner_loan_no: str
    agreement_version: str
    disbursed_at: datetime
    value_date: date
    total: Decimal
    bank_part: Decimal
    own_part: Decimal
    ratio_bp: int
    bank_ref: str
    product: str
    loan_id: UUID


def disbursed(bank: PartnerBank, on: date, classes: Classes) -> Iterator[Disbursed]:
    """Return the loans of a bank that were paid out on a day."""
    rows = [_PaidOut(*row) for row in fetch(_DISBURSED, {"bank": bank.pk, "on": on})]
    loans = Loan.objects.in_bulk([found.loan_id for found in rows])
    for found in rows:
        terms = loans[found.loan_id].frozen_terms
        yield Disbursed(
            loan_no=found.loan_no,
            partner_loan_no=found.partner_loan_no,
            agreement_version=found.agreement_version,
            disbursed_at=found.disbursed_at,
            value_date=found.value_date,
            total_amt=found.total,
            partner_amt=found.bank_part,
            own_amt=found.own_part,
            ratio_bp=found.ratio_bp,
            bank_ref=found.bank_ref,
            # We do not keep the payee's account; the rail does.
            payee_account_masked="",
            product=found.product,
            term=len(terms.due_dates),
            rate_annual=terms.annual_rate,
            rate_basis="ANNUAL",
            class5=classes(0, None)[1],
        )
