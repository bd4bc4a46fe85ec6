"""Coverage: what is counted in each village, and what makes a credit village."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rural.admin.coverage import FULL, dots
from rural.models import PanelResult, PanelScale, PanelSession, PanelStatus
from rural.queries import coverage
from rural.rules.credit_village import Shortfall
from tests.rural import village_build as build

pytestmark = pytest.mark.usefixtures("room")


def rated(*lendable: bool) -> None:
    """Households of Liushu whose panel has spoken."""
    village = build.ready()
    session = PanelSession.objects.create(
        code="S", village=village, scale=PanelScale.objects.get(), opened_on=build.ON,
        opened_by="Li", status=PanelStatus.CLOSED, closed_on=build.ON,
    )  # fmt: skip
    for number, is_lendable in enumerate(lendable):
        PanelResult.objects.create(
            session=session, household=build.household(f"户{number}"), outcome="graded",
            counted=5, abstained=0, score=Decimal(80), grade="AA" if is_lendable else "B",
            is_lendable=is_lendable, decided_on=build.ON,
            valid_until=build.ON + timedelta(days=365),
        )  # fmt: skip


def test_counts_each_step_of_the_way() -> None:
    rated(True, True, True, False)
    build.household("未评")

    (found,) = coverage.villages(build.ON)

    figures = found.figures
    assert (figures.households, found.rated, figures.lendable) == (5, 4, 3)
    assert found.share == Decimal("0.8")
    assert found.lacks == (Shortfall.FEW_LENDABLE,)


def test_results_that_are_no_longer_valid_do_not_count() -> None:
    rated(True)

    (found,) = coverage.villages(build.ON + timedelta(days=366))

    assert (found.rated, found.figures.lendable) == (0, 0)


def test_loans_and_arrears_stand_with_their_village() -> None:
    build.recommended_loan(build.partner())
    other = build.build.village("130929203202", "杨树村", "Yangshu")

    first, second = coverage.villages(date(2026, 1, 6))

    assert (first.figures.borrowing, first.figures.outstanding) == (1, Decimal(20_000))
    assert second.village == other
    assert second.figures.borrowing == 0


def test_prices_first_time_borrowers_and_other_lenders() -> None:
    build.recommended_loan(build.partner())

    found = coverage.openness()

    assert (found.borrowers, found.first_time, found.lenders) == (1, 1, 0)
    assert found.median_rate == Decimal("0.18")
    assert coverage.rate_bands(found.rates, Decimal("0.05")) == [
        (Decimal("0.15"), Decimal("0.20"), 1)
    ]


def test_a_village_without_a_place_is_in_the_table_only() -> None:
    rated(True, True)
    rows = coverage.villages(build.ON)

    (dot,) = dots(rows)

    assert (dot.colour, dot.percent) == (FULL, 100)
    rows[0].village.latitude = None
    assert dots(rows) == []
