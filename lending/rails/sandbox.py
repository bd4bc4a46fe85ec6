"""
A rail that moves no money and behaves as badly as real ones do, the same way every time.

What happens to a reference is drawn from a hash of the seed and the reference, so a run can be
repeated; single references can be told how to behave.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from lending.rails.protocol import Instruction, Outcome, RailAnswer, RailUnavailable

NAME = "sandbox"

# Answers leave through this: the answer, and after how many seconds it should arrive.
Deliver = Callable[[RailAnswer, float], None]


class Behaviour(StrEnum):
    """What the sandbox does with one reference."""

    POST = "post"
    FAIL = "fail"
    SLOW = "slow"
    TWICE = "twice"
    DOWN_ONCE = "down_once"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Odds:
    """How often each misbehaviour is drawn, in parts of a thousand; the rest is posted."""

    fail: int = 0
    slow: int = 0
    twice: int = 0
    down_once: int = 0

    def draw(self, number: int) -> Behaviour:
        """Return the behaviour that a number from 0 to 999 stands for."""
        bands = (
            (self.fail, Behaviour.FAIL),
            (self.slow, Behaviour.SLOW),
            (self.twice, Behaviour.TWICE),
            (self.down_once, Behaviour.DOWN_ONCE),
        )
        for width, behaviour in bands:
            if number < width:
                return behaviour
            number -= width
        return Behaviour.POST


@dataclass(frozen=True, slots=True)
class SandboxRail:
    """See the module; `seconds` is a prompt answer's delay, `slow_seconds` a slow one's."""

    deliver: Deliver
    seed: str = "sandbox"
    odds: Odds = Odds()
    seconds: float = 0.0
    slow_seconds: float = 5.0
    told: Mapping[str, Behaviour] = field(default_factory=dict)
    name: str = NAME

    def send(self, instruction: Instruction) -> None:
        """Schedule the answer that the reference draws; see `Rail.send`."""
        behaviour = self.behaviour(instruction.reference)
        if behaviour is Behaviour.DOWN_ONCE and instruction.attempt == 1:
            raise RailUnavailable("the sandbox is down for the first attempt")
        delay = self.slow_seconds if behaviour is Behaviour.SLOW else self.seconds
        answer = self._answer(instruction, behaviour)
        self.deliver(answer, delay)
        if behaviour is Behaviour.TWICE:
            self.deliver(answer, delay + self.slow_seconds)

    def behaviour(self, reference: str) -> Behaviour:
        """Return what will happen to a reference."""
        if reference in self.told:
            return self.told[reference]
        digest = hashlib.sha256(f"{self.seed}:{reference}".encode()).digest()
        return self.odds.draw(int.from_bytes(digest[:4], "big") % 1000)

    def _answer(self, instruction: Instruction, behaviour: Behaviour) -> RailAnswer:
        short = Decimal("0.01") if behaviour is Behaviour.SHORT else Decimal(0)
        return RailAnswer(
            rail=self.name,
            # One execution per reference, so a repeated instruction gets the same message.
            message_id=f"{self.name}:{instruction.reference}",
            reference=instruction.reference,
            outcome=Outcome.FAILED if behaviour is Behaviour.FAIL else Outcome.POSTED,
            amount=instruction.amount - short,
            currency=instruction.currency,
            on=instruction.on,
        )
