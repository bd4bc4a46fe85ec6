from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from partners.actions import agreements
from partners.models import AgreementVersion
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.build import NOON, ON, actor

pytestmark = pytest.mark.django_db


class TestDraft:
    def test_takes_the_parts_of_interest_from_the_funding(self, room: Tenant) -> None:
        build.bank()

        version = build.draft()

        assert (version.bank_interest_bp, version.bank_penalty_bp) == (7_000, 7_000)
        assert (version.bank_fee_bp, version.own_ratio_bp) == (0, 3_000)

    def test_is_rewritten_until_it_is_published(self, room: Tenant) -> None:
        build.bank()
        build.draft()
        build.draft(bank_ratio_bp=6_000)

        version = AgreementVersion.objects.get()
        assert (version.number, version.bank_ratio_bp) == (1, 6_000)

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"model": "CLM"}, "/model"),
            ({"model": "OWN", "bank_ratio_bp": 0}, "/model"),
            ({"model": "CO_LEND_G"}, "/model"),
            ({"model": "FACILITATE"}, "/bank_ratio_bp"),
            ({"bank_ratio_bp": 10_000}, "/bank_ratio_bp"),
            ({"bank_ratio_bp": 0}, "/bank_ratio_bp"),
            ({"bank_fee_bp": 10_001}, "/bank_fee_bp"),
            ({"min_amount": Decimal(0)}, "/min_amount"),
            ({"max_amount": Decimal(999)}, "/max_amount"),
            ({"max_term": 29}, "/max_term"),
            ({"term_unit": "weeks"}, "/term_unit"),
            ({"coupon_rate": Decimal("0.25")}, "/coupon_rate"),
            ({"waterfall": ("interest", "principal")}, "/waterfall"),
            ({"effective_to": ON - timedelta(days=1)}, "/effective_to"),
            ({"max_annual_rate": Decimal("NaN")}, "/"),
            ({"min_age": 60, "max_age": 18}, "/max_age"),
        ],
    )
    def test_names_what_does_not_fit(
        self, room: Tenant, wrong: dict[str, Any], pointer: str
    ) -> None:
        build.bank()

        with pytest.raises(Invalid) as refused:
            build.draft(**wrong)

        assert pointer in [error.pointer for error in refused.value.errors]

    def test_needs_a_bank_that_there_is(self, room: Tenant) -> None:
        with pytest.raises(NotFound):
            build.draft(bank_code="nowhere")

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.BANK])
    def test_is_for_those_who_negotiate(self, room: Tenant, role: Role) -> None:
        with pytest.raises(Forbidden):
            agreements.draft(actor=actor(role), at=NOON, code="x", name="X", terms=build.terms())


class TestPublish:
    def test_freezes_the_version_for_everybody(self, room: Tenant) -> None:
        version = build.agreement()

        assert version.is_published
        for change in ("bank_ratio_bp = 6000", "priority = 1", "published_at = NULL"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                _run(f"UPDATE partners_agreementversion SET {change}")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            _run("DELETE FROM partners_agreementversion")

    def test_lets_the_next_version_be_written_beside_it(self, room: Tenant) -> None:
        build.agreement()

        second = build.publish(build.draft(bank_ratio_bp=6_500))

        assert second.number == 2
        assert AgreementVersion.objects.published().count() == 2

    def test_cannot_begin_in_the_past(self, room: Tenant) -> None:
        build.bank()
        version = build.draft(effective_from=ON - timedelta(days=1))

        with pytest.raises(Invalid):
            build.publish(version)

    def test_is_recorded_and_harmless_to_repeat(self, room: Tenant) -> None:
        version = build.agreement()

        build.publish(version)

        assert AuditEvent.objects.filter(action="agreement.publish").count() == 1


class TestRatio:
    @pytest.mark.parametrize(
        ("model", "ratio_bp"),
        [("CO_LEND", 10_000), ("CO_LEND", 0), ("FACILITATE", 9_999), ("OWN", 1), ("ASSIGN", 0)],
    )
    def test_that_the_model_cannot_have_is_refused_by_the_database(
        self, room: Tenant, model: str, ratio_bp: int
    ) -> None:
        build.bank()
        build.draft()

        with pytest.raises(DatabaseError, match="ratio_fits_model"), transaction.atomic():
            _run(
                "UPDATE partners_agreementversion "
                f"SET model = '{model}', bank_ratio_bp = {ratio_bp}"
            )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
