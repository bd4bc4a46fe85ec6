"""What every payment rail understands, whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of an instruction; a rail's own codes are mapped to these at its adapter."""

    POSTED = "posted"
    FAILED = "failed"


class RailUnavailable(Exception):
    """The rail did not take the instruction; whether it will is unknown, so send it again."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One transfer, `direction` "out" or "in"; a rail executes a `reference` at most once."""

    reference: str
    direction: str
    amount: Decimal
    currency: str
    on: date
    attempt: int


@dataclass(frozen=True, slots=True)
class RailAnswer:
    """What the rail said about one reference, under its own message id."""

    rail: str
    message_id: str
    reference: str
    outcome: Outcome
    amount: Decimal
    currency: str
    on: date


class Rail(Protocol):
    """Takes instructions; answers come back later and from outside."""

    @property
    def name(self) -> str:
        """What payment orders call it."""
        ...

    def send(self, instruction: Instruction) -> None:
        """
        Hand an instruction over; repeating a reference is harmless.

        :raises RailUnavailable: if the rail did not acknowledge it
        """
        ...
