"""Benchmarks and a policy in force, made by the real actions."""

from datetime import date

from rural.actions import benchmarks, capacity_policies
from rural.models import CapacityPolicy
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor

ON = date(2026, 1, 5)

__all__ = ["NOON", "ON", "actor"]


def policy(**changes) -> CapacityPolicy:
    """The shipped thresholds, published."""
    row = draft(**changes)
    return capacity_policies.publish(
        actor=actor(Role.RISK_MANAGER), at=NOON, on=ON, policy_id=row.pk
    )


def draft(*, effective_from: date = ON, note: str = "As shipped", **rules) -> CapacityPolicy:
    return capacity_policies.draft(
        actor=actor(Role.RISK_MANAGER),
        at=NOON,
        rules={**capacity_policies.bundled(), **rules},
        effective_from=effective_from,
        note=note,
    )


def adopted() -> int:
    return benchmarks.adopt(actor=actor(Role.RISK_MANAGER), at=NOON)
