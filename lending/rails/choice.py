"""Which rail a payment's name stands for."""

from __future__ import annotations

from django.conf import settings

from lending.rails.protocol import Rail
from lending.rails.sandbox import NAME, Deliver, Odds, SandboxRail


class UnknownRail(RuntimeError):
    """A payment names a rail that this installation has not got; a configuration error."""


def rail(name: str, deliver: Deliver) -> Rail:
    """
    Return the adapter of a rail; the sandbox answers through `deliver`.

    :raises UnknownRail: if no adapter has this name
    """
    if name != NAME:
        raise UnknownRail(name)
    told = settings.PAYMENT_SANDBOX
    return SandboxRail(
        deliver=deliver,
        seed=told["seed"],
        odds=Odds(**told["odds"]),
        seconds=told["seconds"],
        slow_seconds=told["slow_seconds"],
    )
