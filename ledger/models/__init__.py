from ledger.models.account import Account, account_id
from ledger.models.currency import Currency
from ledger.models.entry import JournalEntry, Posting
from ledger.models.period import Period

__all__ = ["Account", "Currency", "JournalEntry", "Period", "Posting", "account_id"]
