from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from lending.rules.numbers import human_number
from tenancy.ids import uuid7

DAY = date(2026, 11, 22)


class TestHumanNumber:
    def test_reads_as_what_it_is_its_day_and_its_id(self) -> None:
        key = UUID("0199c2d4-7b3a-7000-8000-00ffffffffff")

        assert human_number("A", DAY, key) == "A-261122-ZZZZ-ZZZZ"

    @given(bits=st.integers(min_value=0, max_value=2**40 - 1))
    def test_keeps_the_last_forty_bits_of_the_id(self, bits: int) -> None:
        number = human_number("A", DAY, UUID(int=bits))

        digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        tail = number.removeprefix("A-261122-").replace("-", "")
        assert sum(digits.index(d) * 32**n for n, d in enumerate(reversed(tail))) == bits

    def test_differs_among_ids_made_in_one_burst(self) -> None:
        assert len({human_number("A", DAY, uuid7()) for _ in range(10_000)}) == 10_000
