"""
A bank's news after its bookmark, so that none is ever missed.

Ids are drawn when a row is written, and rows become visible when their transaction commits: a
reader could hand out a bookmark past a row that commits later. Writers therefore hold a shared
lock of the bank until they commit, taken before the id is drawn, and a reader waits for those
that are writing. No row is hot: writers do not wait for each other.
"""

from __future__ import annotations

from django.db import connection

from partners.models import BankEvent, PartnerBank
from tenancy import room

# Tells this lock from the others of the room.
_PURPOSE = "partners.feed"


def after(bank: PartnerBank, bookmark: int, limit: int) -> list[BankEvent]:
    """
    Return what a bank has not read yet, oldest first; the last id is its next bookmark.

    Inside a transaction: it holds the bank's writers back until that ends.
    """
    _lock("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", bank)
    rows = BankEvent.objects.filter(bank=bank, id__gt=bookmark).order_by("id")
    return list(rows[:limit])


def hold_for_writing(bank: PartnerBank) -> None:
    """Keep readers from handing out a bookmark past what this transaction will write."""
    _lock("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", bank)


def _lock(statement: str, bank: PartnerBank) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"{_PURPOSE}:{room.current()}:{bank.pk}"])
