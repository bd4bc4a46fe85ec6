"""What a programme takes, at, below and above its limits; and credit villages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rural.rules.credit_village import Rails, Shortfall, VillageFigures, shortfalls
from rural.rules.programmes import Bounds, Fault, fault

JINZHAI = Bounds(
    Decimal(1_000), Decimal(200_000), date(2026, 1, 1), date(2026, 12, 31), True, True
)


class TestFault:
    @pytest.mark.parametrize(
        ("amount", "found"),
        [
            ("999", Fault.TOO_SMALL),
            ("999.99", Fault.TOO_SMALL),
            ("1000", None),
            ("200000", None),
            ("200000.01", Fault.TOO_LARGE),
            ("200001", Fault.TOO_LARGE),
        ],
    )
    def test_both_limits_are_still_inside(self, amount: str, found: Fault | None) -> None:
        assert fault(JINZHAI, Decimal(amount), date(2026, 6, 1)) == found

    @pytest.mark.parametrize(
        ("day", "found"),
        [
            (date(2025, 12, 31), Fault.NOT_BEGUN),
            (date(2026, 1, 1), None),
            (date(2026, 12, 31), None),
            (date(2027, 1, 1), Fault.OVER),
        ],
    )
    def test_both_days_are_still_inside(self, day: date, found: Fault | None) -> None:
        assert fault(JINZHAI, Decimal(5_000), day) == found

    def test_switched_off_takes_nothing(self) -> None:
        off = replace(JINZHAI, is_on=False)

        assert fault(off, Decimal(5_000), date(2026, 6, 1)) == Fault.SWITCHED_OFF

    def test_without_an_agreement_it_takes_nothing(self) -> None:
        unsigned = replace(JINZHAI, has_agreement=False)

        assert fault(unsigned, None, date(2026, 6, 1)) == Fault.NO_AGREEMENT


RAILS = Rails(Decimal("0.70"), Decimal("0.85"), Decimal("0.05"), Decimal("0.01"))
GOOD = VillageFigures(100, 70, 20, 3, Decimal(1_000_000), Decimal(49_999), Decimal(40_000))


class TestCreditVillage:
    def test_a_village_at_the_thresholds_is_one(self) -> None:
        assert shortfalls(GOOD, RAILS) == ()

    @pytest.mark.parametrize(
        ("change", "lack"),
        [
            ({"lendable": 69}, Shortfall.FEW_LENDABLE),
            ({"in_arrears": 4}, Shortfall.ARREARS),
            ({"npl": Decimal(50_000), "npl_a_year_ago": Decimal(45_000)}, Shortfall.NPL_STOCK),
            ({"npl_a_year_ago": Decimal(39_999)}, Shortfall.NPL_INCREASE),
        ],
    )
    def test_each_threshold_counts(self, change: dict[str, object], lack: Shortfall) -> None:
        assert shortfalls(replace(GOOD, **change), RAILS) == (lack,)  # type: ignore[arg-type]

    def test_an_empty_village_is_none(self) -> None:
        nobody = VillageFigures(0, 0, 0, 0, Decimal(0), Decimal(0), Decimal(0))

        assert shortfalls(nobody, RAILS) == (Shortfall.FEW_LENDABLE,)
