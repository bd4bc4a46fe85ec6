import pytest
from django.db import transaction

from scoring.actions import policies
from scoring.models import Policy, PolicyStatus
from tenancy.errors import Forbidden
from tenancy.roles import Role
from tests.scoring import build
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.usefixtures("room")


class TestPublish:
    def test_the_version_before_is_retired(self):
        first = build.published()
        table = build.table()
        table["limits"]["minimum"] = "10000"
        second = build.published(table)

        first.refresh_from_db()
        assert (first.version, first.status) == (1, PolicyStatus.RETIRED)
        assert (second.version, second.status) == (2, PolicyStatus.PUBLISHED)

    def test_refuses_a_table_with_a_gap_and_shows_a_case(self):
        table = build.table()
        del table["rules"][-1]

        with (
            pytest.raises(policies.UnfitPolicy, match="no rule is met by score") as refused,
            transaction.atomic(),
        ):
            build.published(table)

        assert refused.value.errors[0].value == "gap"
        assert Policy.objects.count() == 0

    def test_refuses_a_rule_that_can_never_speak(self):
        table = build.table()
        table["rules"].append({**table["rules"][-1], "code": "late"})

        with pytest.raises(policies.UnfitPolicy, match="earlier rules take every case"):
            build.published(table)

    def test_refuses_a_feature_that_the_catalogue_does_not_know(self):
        table = build.table()
        table["inputs"].append({"name": "rating", "type": "text", "nullable": True})

        with pytest.raises(policies.UnfitPolicy, match="rating is neither"):
            build.published(table)

    def test_refuses_floats_in_a_table(self):
        table = build.table()
        table["rules"][1]["when"]["recency_days"] = {">": 180.0}

        with pytest.raises(policies.UnfitPolicy, match="float has no canonical form"):
            build.published(table)

    def test_is_for_those_who_may_edit_policies(self):
        with pytest.raises(Forbidden):
            policies.publish(actor=actor(Role.OFFICER), at=NOON, name="x", table=build.table())


class TestCheck:
    def test_puts_errors_before_remarks(self):
        table = build.table()
        del table["rules"][-1]

        found = policies.check(table, build.catalogue().features)

        assert [f.is_error for f in found] == sorted((f.is_error for f in found), reverse=True)
        assert {f.code for f in found} == {"gap", "overlap"}
