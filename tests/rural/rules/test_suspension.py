"""When a partner's own book suspends him."""

from decimal import Decimal

import pytest

from rural.rules.suspension import Book, Cause, Limits, causes

LIMITS = Limits(Decimal("0.05"), Decimal("0.03"), 20)


@pytest.mark.parametrize(
    ("loans", "first", "late", "found"),
    [
        (20, 1, 300, ()),
        (20, 2, 300, (Cause.FIRST_DEFAULTS,)),
        (20, 1, 301, (Cause.LATE,)),
        (20, 2, 301, (Cause.FIRST_DEFAULTS, Cause.LATE)),
        (19, 19, 10_000, ()),
    ],
)
def test_only_more_than_the_limit_of_a_book_of_twenty_suspends(
    loans: int, first: int, late: int, found: tuple[Cause, ...]
) -> None:
    book = Book(loans, loans, first, Decimal(10_000), Decimal(late))

    assert causes(book, LIMITS) == found


def test_loans_that_cannot_tell_yet_dilute_nothing() -> None:
    book = Book(40, 20, 2, Decimal(10_000), Decimal(0))

    assert causes(book, LIMITS) == (Cause.FIRST_DEFAULTS,)


def test_a_book_that_is_repaid_is_not_late() -> None:
    assert causes(Book(20, 20, 0, Decimal(0), Decimal(0)), LIMITS) == ()
