"""`manage.py generate_households` as people run it: in no transaction but those it opens."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from rural.models import CropEnterprise, Household, Submission
from tenancy import room as rooms
from tenancy.models import Tenant, User
from tenancy.roles import Role
from tests.rural import build as rural
from tests.rural.capacity import build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jinhe(settings: Any, tmp_path: Path) -> Tenant:
    settings.DOCUMENT_ROOT = tmp_path
    today = timezone.now().date()
    tenant = Tenant.objects.create(slug="jinhe", name="Jinhe", business_date=today)
    with rooms.enter(tenant.pk):
        rural.field_work()
        build.adopted()
        rural.person(Role.OFFICER, "Sun")
    return tenant


def test_sends_each_household_in_with_its_crops(jinhe: Tenant) -> None:
    call_command(
        "generate_households", tenant="jinhe", county="130929", n=2, colleague="colleague",
        officer=User.objects.get(name="Sun").username,
    )  # fmt: skip

    with rooms.enter(jinhe.pk):
        assert Household.objects.count() == 2
        assert CropEnterprise.objects.count() == 6


@pytest.mark.parametrize("asked", [{}, {"on": date(2027, 5, 25)}], ids=["books", "told"])
def test_goes_by_the_business_date_or_the_day_it_is_told(
    jinhe: Tenant, asked: dict[str, date]
) -> None:
    # Neither is the day of the clock on the wall.
    if not asked:
        Tenant.objects.filter(pk=jinhe.pk).update(business_date=date(2027, 5, 25))

    call_command(
        "generate_households", tenant="jinhe", county="130929", n=1, colleague="colleague",
        officer=User.objects.get(name="Sun").username, **asked,
    )  # fmt: skip

    with rooms.enter(jinhe.pk):
        sent = Submission.objects.filter(form_code="F1").get()
        seasons = set(CropEnterprise.objects.values_list("season", flat=True))
    assert sent.finalized_at is not None
    assert sent.finalized_at.date() == date(2027, 5, 25)
    assert seasons == {"2027-summer", "2027-autumn", "2028-summer"}


def test_takes_nobody_elses_word_for_it(jinhe: Tenant) -> None:
    with pytest.raises(CommandError, match="does not work here"):
        call_command(
            "generate_households", tenant="jinhe", county="130929", n=1, colleague="colleague",
            officer="stranger",
        )  # fmt: skip
