"""
Cards that other apps add to an application's page, and to a loan's.

Lending knows none of them: an app that builds on it says here what it has to show beside.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from lending.models import Application, Loan

# Returns a card as HTML, or "" where it has nothing to say or the person may not see it.
Card = Callable[[HttpRequest, Application], SafeString | str]
LoanCard = Callable[[HttpRequest, Loan], SafeString | str]

_cards: list[Card] = []
_loan_cards: list[LoanCard] = []


def add(card: Card) -> Card:
    """Show a card on every application's page; cards stand in the order of their apps."""
    _cards.append(card)
    return card


def add_to_loans(card: LoanCard) -> LoanCard:
    """Show a card on every loan's page."""
    _loan_cards.append(card)
    return card


def of(request: HttpRequest, row: Application) -> list[SafeString | str]:
    """Return an application's cards that have something to say."""
    return [shown for card in _cards if (shown := card(request, row))]


def of_loan(request: HttpRequest, row: Loan) -> list[SafeString | str]:
    """Return a loan's cards that have something to say."""
    return [shown for card in _loan_cards if (shown := card(request, row))]
