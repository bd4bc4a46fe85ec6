from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import applications, timers
from lending.actions.offers import CostTableNotShown, OfferExpired, OfferNotOpen
from lending.actions.pricing import CostAboveCap
from lending.models import Application, CreditLine, LineStatus, Offer, OfferStatus
from lending.models.offer import OfferIsSettled
from lending.rules.stages import Stage
from scoring.rules.canonical import sha256
from tenancy.errors import Forbidden, NotFound
from tenancy.ids import uuid7
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, SYSTEM, actor

# Made on 5 January at noon in Shanghai, valid for 30 days: until the end of 4 February there.
LAST_MOMENT = datetime(2026, 2, 4, 15, 59, 59, tzinfo=UTC)
TOO_LATE = datetime(2026, 2, 4, 16, 0, tzinfo=UTC)
AUGUST = date(2026, 8, 3)


class TestTheCostTable:
    def test_shows_what_the_loan_costs(self, room: Tenant) -> None:
        table = build.offered().cost_table

        shown = {name: table[name] for name in ("principal", "total", "currency", "statement")}
        assert shown == {
            "principal": "100000.00",
            "total": "10800.00",
            "currency": "CNY",
            "statement": "no_other_charges",
        }
        assert Decimal(table["contractual"]) == Decimal("0.219")
        assert Decimal(table["simple"]) == Decimal("0.219")
        assert round(Decimal(table["xirr"]), 4) == Decimal("0.2312")

    def test_names_who_collects_each_item(self, room: Tenant) -> None:
        [interest] = build.offered().cost_table["items"]

        assert (interest["code"], interest["collected_by"], interest["amount"]) == (
            "interest",
            "Riverside Microloan",
            "10800.00",
        )

    def test_has_the_hash_of_what_is_stored(self, room: Tenant) -> None:
        build.offered()

        stored = Offer.objects.get()

        assert sha256(stored.cost_table) == stored.cost_hash

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE lending_offer SET cost_table = '{}'",
            "UPDATE lending_offer SET amount = amount * 2",
            "UPDATE lending_offer SET annual_rate = 0",
            "UPDATE lending_offer SET expires_at = expires_at + interval '1 year'",
            "DELETE FROM lending_offer",
        ],
    )
    def test_is_frozen_for_raw_sql(self, room: Tenant, attack: str) -> None:
        build.offered()

        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)


class TestAccept:
    def test_opens_the_line(self, room: Tenant) -> None:
        line = build.accept(build.offered())

        assert (line.limit, line.annual_rate, line.opened_on, line.ends_on) == (
            Decimal(100_000),
            Decimal("0.219"),
            date(2026, 1, 5),
            date(2027, 1, 5),
        )
        assert Application.objects.get().stage == Stage.ACCEPTED

    def test_opens_one_line_however_often_it_is_repeated(self, room: Tenant) -> None:
        offer = build.offered()

        assert build.accept(offer) == build.accept(offer, at=TOO_LATE)
        assert CreditLine.objects.count() == 1

    def test_is_possible_on_the_thirtieth_day(self, room: Tenant) -> None:
        assert build.accept(build.offered(), at=LAST_MOMENT).status == LineStatus.OPEN

    def test_is_too_late_on_the_thirty_first(self, room: Tenant) -> None:
        offer = build.offered()

        with pytest.raises(OfferExpired) as refused:
            build.accept(offer, at=TOO_LATE)

        assert refused.value.code == "offer_expired"

    def test_is_too_late_after_the_watcher_expired_it(self, room: Tenant) -> None:
        offer = build.offered()
        timers.expire(actor=SYSTEM, at=TOO_LATE)

        with pytest.raises(OfferExpired):
            build.accept(offer, at=TOO_LATE)

    def test_is_refused_once_withdrawn(self, room: Tenant) -> None:
        offer = build.offered()
        applications.withdraw(
            actor=actor(Role.PLATFORM), at=NOON, application_id=offer.application_id
        )

        with pytest.raises(OfferNotOpen):
            build.accept(offer)

    def test_is_refused_with_the_hash_of_another_table(self, room: Tenant) -> None:
        offer = build.offered()

        with pytest.raises(CostTableNotShown):
            build.accept(offer, cost_hash="0" * 64)

    def test_needs_no_confirmed_table_before_the_rule(self, room: Tenant) -> None:
        assert build.accept(build.offered(), cost_hash="").status == LineStatus.OPEN

    def test_needs_the_confirmed_table_from_august_2026(self, room: Tenant) -> None:
        offer = build.offered()

        with pytest.raises(CostTableNotShown) as refused:
            build.accept(offer, on=AUGUST, cost_hash="")

        assert refused.value.rule == "CN-DISC-2026"

    def test_is_refused_where_a_cap_has_come_into_force(self, room: Tenant) -> None:
        offer = build.offered()

        with pytest.raises(CostAboveCap):
            build.accept(offer, on=date(2027, 12, 31))

    def test_does_not_know_an_unknown_offer(self, room: Tenant) -> None:
        build.product()

        with pytest.raises(NotFound):
            build.accept(Offer(id=uuid7(), cost_hash=""))

    def test_is_not_for_a_collector(self, room: Tenant) -> None:
        offer = build.offered()

        with pytest.raises(Forbidden):
            build.accept(offer, actor=actor(Role.COLLECTOR))


class TestTheStatus:
    @pytest.mark.parametrize("status", [OfferStatus.OPEN, OfferStatus.EXPIRED])
    def test_is_left_once_in_the_model(self, room: Tenant, status: OfferStatus) -> None:
        offer = Offer(status=OfferStatus.ACCEPTED)

        with pytest.raises(OfferIsSettled):
            offer.settle(status, at=NOON)

    def test_is_left_once_in_the_database(self, room: Tenant) -> None:
        build.line()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Offer.objects.update(status=OfferStatus.OPEN, settled_at=None)

    def test_is_open_for_one_offer_of_an_application(self, room: Tenant) -> None:
        offer = build.offered()
        offer.pk = uuid7()

        with pytest.raises(IntegrityError, match="lending_offer_one_open"), transaction.atomic():
            offer.save(force_insert=True)


class TestExpire:
    def test_leaves_a_standing_offer_alone(self, room: Tenant) -> None:
        build.offered()

        assert timers.expire(actor=SYSTEM, at=LAST_MOMENT) == 0

    def test_ends_offer_and_application(self, room: Tenant) -> None:
        build.offered()

        assert timers.expire(actor=SYSTEM, at=TOO_LATE) == 1
        assert timers.expire(actor=SYSTEM, at=TOO_LATE) == 0

        assert Offer.objects.get().status == OfferStatus.EXPIRED
        assert Application.objects.get().stage == Stage.EXPIRED

    def test_ends_an_application_whose_papers_never_came(self, room: Tenant) -> None:
        build.product(required_inputs=("sales",))
        build.submitted()

        assert timers.expire(actor=SYSTEM, at=NOON + timedelta(days=31)) == 1

    def test_is_not_for_an_officer(self, room: Tenant) -> None:
        with pytest.raises(Forbidden):
            timers.expire(actor=actor(Role.OFFICER), at=NOON)
