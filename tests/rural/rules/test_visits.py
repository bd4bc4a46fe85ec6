"""When a visit is due, and in which order a day's visits are made."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rural.rules.route import Place, kilometres, ordered
from rural.rules.visits import Calendar, Kind, Rhythm, due_visits, working_days_after

NO_HOLIDAYS = Calendar()
# The national day's week of 2026, with the two Sundays or Saturdays that are worked instead.
OCTOBER = Calendar(
    holidays=[date(2026, 10, day) for day in range(1, 8)],
    working=[date(2026, 9, 20), date(2026, 10, 10)],
)


class TestWorkingDaysAfter:
    def test_weekends_do_not_count(self) -> None:
        # Monday 5 January: 15 working days are three weeks.
        assert working_days_after(date(2026, 1, 5), 15, NO_HOLIDAYS) == date(2026, 1, 26)

    def test_a_saturday_starts_with_the_monday(self) -> None:
        assert working_days_after(date(2026, 1, 10), 1, NO_HOLIDAYS) == date(2026, 1, 12)

    def test_holidays_do_not_count_and_worked_weekends_do(self) -> None:
        # From Wednesday 30 September: 8, 9, Saturday 10, then 12 October.
        assert working_days_after(date(2026, 9, 30), 4, OCTOBER) == date(2026, 10, 12)

    @given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
    def test_ends_on_a_working_day_with_so_many_between(self, day: date, count: int) -> None:
        end = working_days_after(day, count, NO_HOLIDAYS)

        between = [
            date.fromordinal(n)
            for n in range(day.toordinal() + 1, end.toordinal() + 1)
            if date.fromordinal(n).weekday() < 5
        ]
        assert end.weekday() < 5
        assert len(between) == count


class TestDueVisits:
    def test_the_first_within_fifteen_working_days_then_every_quarter(self) -> None:
        found = due_visits(date(2026, 1, 5), date(2026, 7, 5), Rhythm(), NO_HOLIDAYS)

        assert found == [
            (Kind.FIRST, date(2026, 1, 26)),
            (Kind.QUARTERLY, date(2026, 4, 5)),
            (Kind.QUARTERLY, date(2026, 7, 5)),
        ]

    def test_nothing_is_due_before_its_day(self) -> None:
        assert due_visits(date(2026, 1, 5), date(2026, 1, 25), Rhythm(), NO_HOLIDAYS) == []


VILLAGE = Place(Decimal("31.70"), Decimal("115.90"))
PLACES = st.builds(
    Place,
    st.decimals("31.6", "31.8", places=5),
    st.decimals("115.8", "116.0", places=5),
)


class TestRoute:
    def test_goes_on_to_the_nearest(self) -> None:
        near, far, beyond = (Place(Decimal("31.70"), Decimal(f"115.9{n}")) for n in (1, 3, 6))

        found = ordered(VILLAGE, [("c", beyond), ("a", near), ("b", far)])

        assert found == ["a", "b", "c"]

    def test_who_has_no_place_comes_last(self) -> None:
        assert ordered(VILLAGE, [("lost", None), ("a", VILLAGE)]) == ["a", "lost"]

    def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres(self) -> None:
        north = Place(Decimal(32), Decimal(115))

        assert round(kilometres(Place(Decimal(31), Decimal(115)), north), 1) == 111.2

    @given(st.lists(st.none() | PLACES, max_size=12))
    def test_everyone_is_visited_once(self, places: list[Place | None]) -> None:
        assert sorted(ordered(VILLAGE, list(enumerate(places)))) == list(range(len(places)))

    @given(st.lists(PLACES, min_size=2, max_size=8, unique=True))
    def test_no_open_stop_is_nearer_than_the_next(self, places: list[Place]) -> None:
        way = [places[i] for i in ordered(VILLAGE, list(enumerate(places)))]

        for at, (here, after) in enumerate(pairwise([VILLAGE, *way])):
            nearest = min(kilometres(here, other) for other in way[at:])
            assert kilometres(here, after) == nearest
