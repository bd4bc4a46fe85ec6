"""Many deliveries at one moment, each on a connection of its own: what comes once counts once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from rural.models import ConflictCase, Household, Submission
from rural.rules.forms.sent import Sent
from tenancy import room as rooms
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.rural import build
from tests.rural.test_field_api import client_of, fresh, now, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="busy", name="Busy", business_date=build.ON)


@pytest.fixture
def officers(tenant: Tenant) -> list[Client]:
    with rooms.enter(tenant.pk):
        build.field_work()
        people = [build.person(Role.OFFICER, f"Officer {number}") for number in range(2)]
    return [client_of(person.id) for person in people]


def delivered(officers: Sequence[Client], forms: Sequence[Sent]) -> list[int]:
    """Send all at once, the officers in turns; return the answers' statuses, sorted."""
    start = Barrier(len(forms))

    def deliver(number: int) -> int:
        client = Client()
        client.cookies = officers[number % len(officers)].cookies
        try:
            start.wait(timeout=60)
            status: int = post(client, forms[number]).status_code
        finally:
            connections.close_all()
        return status

    with ThreadPoolExecutor(len(forms)) as pool:
        return sorted(pool.map(deliver, range(len(forms))))


def test_sixteen_deliveries_of_one_form_make_one_row(
    tenant: Tenant, officers: list[Client]
) -> None:
    form, _files = fresh()

    assert delivered(officers[:1], [form] * 16) == [200] * 15 + [201]

    with rooms.enter(tenant.pk):
        assert Submission.objects.count() == Household.objects.count() == 1


def test_two_forms_about_one_family_make_one_household(
    tenant: Tenant, officers: list[Client]
) -> None:
    forms = [fresh()[0] for _ in range(4)]

    assert delivered(officers, forms) == [201] * 4

    with rooms.enter(tenant.pk):
        assert Household.objects.count() == 1
        assert ConflictCase.objects.filter(kind="near_duplicate").count() == 3


@pytest.mark.parametrize(
    ("fields", "cases"), [(("living_year", "living_year"), 1), (("living_year", "gifts_year"), 0)]
)
def test_two_edits_of_one_household_clash_where_they_touch_the_same_money(
    tenant: Tenant, officers: list[Client], fields: tuple[str, str], cases: int
) -> None:
    first, _files = fresh()
    assert post(officers[0], first).status_code == 201
    edits = [_edit(first, field, device) for field, device in zip(fields, "ab", strict=True)]

    assert delivered(officers, edits) == [201, 201]

    with rooms.enter(tenant.pk):
        household = Household.objects.get()
        assert ConflictCase.objects.filter(kind="same_field").count() == cases
        assert household.version == (2 if cases else 3)


def _edit(first: Sent, field: str, device: str) -> Sent:
    return build.hashed(
        first,
        root_uuid=UUID(int=first.root_uuid.int ^ ord(device)),
        subject=str(first.root_uuid),
        base_version=1,
        device_id=device,
        answers={**first.answers, field: f"{ord(device)}"},
        finalized_at=now() - timedelta(minutes=1),
    )
