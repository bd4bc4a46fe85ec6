from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import regulation
from lending.models import RegulationRule
from tenancy.errors import Forbidden, NotFound
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, SYSTEM, actor


class TestAdopt:
    def test_loads_the_chinese_rules_with_their_sources(self, room: Tenant) -> None:
        assert regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="CN") == 5

        assert not RegulationRule.objects.filter(source="").exists()

    def test_changes_nothing_the_second_time(self, room: Tenant) -> None:
        build.rules()

        assert regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction="cn") == 0

    @pytest.mark.parametrize("jurisdiction", ["XX", "../cn", ""])
    def test_knows_only_the_bundled_rule_sets(self, room: Tenant, jurisdiction: str) -> None:
        with pytest.raises(NotFound):
            regulation.adopt(actor=SYSTEM, at=NOON, jurisdiction=jurisdiction)

    def test_is_for_the_administrator(self, room: Tenant) -> None:
        with pytest.raises(Forbidden):
            regulation.adopt(actor=actor(Role.OFFICER), at=NOON, jurisdiction="CN")


class TestDates:
    @pytest.mark.parametrize(
        ("on", "cap"),
        [
            (date(2025, 12, 18), []),
            (date(2025, 12, 19), [Decimal("0.24")] * 2),
            (date(2027, 12, 30), [Decimal("0.24")] * 2),
            (date(2027, 12, 31), [Decimal("0.12")] * 2 + [Decimal("0.24")] * 2),
        ],
    )
    def test_say_which_caps_bind(self, room: Tenant, on: date, cap: list[Decimal]) -> None:
        build.rules()

        in_force = RegulationRule.objects.in_force(on).caps()

        assert list(in_force.order_by("cap").values_list("cap", flat=True)) == cap

    def test_end_with_the_last_day(self, room: Tenant) -> None:
        build.rules()
        last = date(2026, 6, 30)
        today = RegulationRule.objects.caps().filter(code="CN-MCL-2025-COST-24")
        today.update(effective_to=last)

        assert today.in_force(last).exists()
        assert not today.in_force(date(2026, 7, 1)).exists()

    def test_ask_for_the_cost_table_from_august_2026(self, room: Tenant) -> None:
        build.rules()
        rules = RegulationRule.objects

        assert not rules.demanding_cost_table(date(2026, 7, 31)).exists()
        assert rules.demanding_cost_table(date(2026, 8, 1)).get().code == "CN-DISC-2026"


class TestFrozen:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE lending_regulationrule SET cap = 9 WHERE cap IS NOT NULL",
            "UPDATE lending_regulationrule SET effective_from = '2099-01-01'",
            "UPDATE lending_regulationrule SET severity = 'warn'",
            "DELETE FROM lending_regulationrule",
        ],
    )
    def test_is_refused_to_raw_sql(self, room: Tenant, attack: str) -> None:
        build.rules()

        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)
