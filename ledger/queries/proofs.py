"""
The ledger's part of `verify`: the books still are what the database let in.

Triggers refuse all of this beforehand. The proofs look for what went round them: a restore, a
superuser, a disabled trigger.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from tenancy import room
from tenancy.proofs import Failure

_UNBALANCED = """
    SELECT entry.key, entry.line_count, coalesce(sum(totals.lines), 0),
           string_agg(totals.total || ' ' || totals.currency, ', ' ORDER BY totals.currency)
               FILTER (WHERE totals.total <> 0)
    FROM ledger_journalentry entry
    LEFT JOIN (
        SELECT entry_id, currency, count(*) AS lines, trim_scale(sum(amount)) AS total
        FROM ledger_posting WHERE tenant_id = %(tenant)s GROUP BY entry_id, currency
    ) totals ON totals.entry_id = entry.id
    WHERE entry.tenant_id = %(tenant)s
    GROUP BY entry.id, entry.key, entry.line_count
    HAVING coalesce(sum(totals.lines), 0) <> entry.line_count
        OR bool_or(totals.total <> 0) OR entry.line_count < 2
    ORDER BY entry.key
"""
_ORPHANS = """
    SELECT posting.id, trim_scale(posting.amount) || ' ' || posting.currency
    FROM ledger_posting posting
    LEFT JOIN ledger_journalentry entry
        ON entry.tenant_id = %(tenant)s AND entry.id = posting.entry_id
        AND entry.booked_on = posting.booked_on
    WHERE posting.tenant_id = %(tenant)s AND entry.id IS NULL
    ORDER BY posting.id
"""
_MISFITS = """
    SELECT posting.id, trim_scale(posting.amount) || ' ' || posting.currency, account.currency,
           currency.exponent
    FROM ledger_posting posting
    LEFT JOIN ledger_account account
        ON account.tenant_id = %(tenant)s AND account.id = posting.account_id
    LEFT JOIN ledger_currency currency ON currency.code = posting.currency
    WHERE posting.tenant_id = %(tenant)s
    AND (posting.currency = account.currency
         AND posting.amount = round(posting.amount, currency.exponent)) IS NOT TRUE
    ORDER BY posting.id
"""
_TOUCHED = """
    SELECT starts_on, ends_on, fingerprint, now_is FROM (
        SELECT *, app.ledger_fingerprint(%(tenant)s, starts_on, ends_on) AS now_is
        FROM ledger_period WHERE tenant_id = %(tenant)s
    ) period WHERE fingerprint <> now_is ORDER BY ends_on
"""


def entries_balance() -> list[Failure]:
    """Return each entry that lacks lines or does not sum to zero, each line without its entry."""
    name = "entries_balance"
    failures = [
        Failure(
            name,
            f"entry {key}",
            f"{line_count} lines, off by nothing",
            f"{lines} lines, off by {off or 'nothing'}",
        )
        for key, line_count, lines, off in _rows(_UNBALANCED)
    ]
    failures += [
        Failure(name, f"posting {key}", "an entry booked on the same day", f"{amount} without one")
        for key, amount in _rows(_ORPHANS)
    ]
    return failures


def postings_match_currency() -> list[Failure]:
    """Return each posting that is not in its account's currency, or not in whole minor units."""
    return [
        Failure(
            "postings_match_currency",
            f"posting {key}",
            f"{currency or 'an account'} with at most {exponent} decimals",
            amount,
        )
        for key, amount, currency, exponent in _rows(_MISFITS)
    ]


def periods_closed_untouched() -> list[Failure]:
    """Return each closed period whose postings no longer come to what they came to at closing."""
    return [
        Failure("periods_closed_untouched", f"period {starts_on} – {ends_on}", closed, now_is)
        for starts_on, ends_on, closed, now_is in _rows(_TOUCHED)
    ]


def _rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"tenant": room.current()})
        return cursor.fetchall()


PROOFS: dict[str, Callable[[], list[Failure]]] = {
    "entries_balance": entries_balance,
    "postings_match_currency": postings_match_currency,
    "periods_closed_untouched": periods_closed_untouched,
}
