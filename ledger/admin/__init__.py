"""The pages on the books: accounts with their statements, entries, trial balance, periods."""

from ledger.admin import accounts, journal, periods

__all__ = ["accounts", "journal", "periods"]
