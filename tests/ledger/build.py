"""Books to test with: accounts opened and entries posted by the real actions."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.actions.chart import open_accounts
from ledger.actions.posting import Line, post
from ledger.models import JournalEntry
from tenancy.actors import Actor
from tenancy.roles import Role

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
FINANCE = Actor(kind="user", id="f", name="Fang", role=Role.FINANCE)
OFFICER = Actor(kind="user", id="o", name="Ouyang", role=Role.OFFICER)


def chart(*currencies: str) -> None:
    for currency in currencies or ("CNY",):
        open_accounts(currency=currency, actor=Actor.system("test"), at=NOON)


def lines(*rows: str, subject_id: UUID | None = None) -> list[Line]:
    """Read lines as a bookkeeper writes them: "1100 CNY 1000.00", credits negative."""
    split = [row.split() for row in rows]
    return [Line(code, currency, Decimal(amount), subject_id) for code, currency, amount in split]


def entry(
    *rows: str, key: str = "k", booked_on: date = DAY, subject_id: UUID | None = None
) -> JournalEntry:
    return post(
        key=key,
        kind="test",
        value_date=booked_on,
        booked_on=booked_on,
        at=NOON,
        narrative="A test's entry",
        lines=lines(*rows, subject_id=subject_id),
    )


def loan_paid_out(key: str = "k", booked_on: date = DAY, amount: str = "100.00") -> JournalEntry:
    return entry(f"1100 CNY {amount}", f"1000 CNY -{amount}", key=key, booked_on=booked_on)
