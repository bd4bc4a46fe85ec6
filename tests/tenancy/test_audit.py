import psycopg
import pytest
from django.db import IntegrityError, transaction

from tenancy import room as rooms
from tenancy.actions import audit, seal
from tenancy.models import AuditEvent, AuditSeal, Tenant
from tenancy.queries.proofs import audit_chain_unbroken
from tests.tenancy.build import NOON, actor

LATER = NOON.replace(hour=5)


def _note(count: int) -> list[AuditEvent]:
    return [
        audit.record(actor=actor(), at=NOON, action="test.note", changes={"n": n, "名": "值"})
        for n in range(count)
    ]


class TestTheTrail:
    def test_is_undone_with_what_it_records(self, room: Tenant) -> None:
        with transaction.atomic():
            _note(1)
            transaction.set_rollback(True)

        assert AuditEvent.objects.count() == 0

    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_cannot_be_changed(self, room: Tenant, change: str) -> None:
        _note(1)

        rows = AuditEvent.objects.all()
        act = rows.delete if change == "delete" else lambda: rows.update(reason="never")

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


class TestSealing:
    def test_an_untouched_trail_verifies(self, room: Tenant) -> None:
        _note(3)

        assert seal.seal(at=LATER) == 3
        assert seal.seal(at=LATER) == 0
        assert audit_chain_unbroken() == []

    def test_a_later_batch_continues_the_chain(self, room: Tenant) -> None:
        for _ in range(3):
            _note(2)
            seal.seal(at=LATER)

        assert list(AuditSeal.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
        assert audit_chain_unbroken() == []

    def test_rooms_have_chains_of_their_own(self, room: Tenant) -> None:
        _note(2)
        seal.seal(at=LATER)
        other = Tenant.objects.create(slug="o", name="O", business_date=room.business_date)

        with rooms.entered(other.pk):
            _note(1)
            seal.seal(at=LATER)
            assert AuditSeal.objects.get().position == 1


@pytest.mark.django_db(transaction=True)
class TestTampering:
    """By a superuser, who can do anything but make the hashes agree."""

    @pytest.fixture
    def events(self) -> list[AuditEvent]:
        tenant = Tenant.objects.create(slug="r", name="R", business_date=NOON.date())
        with rooms.enter(tenant.pk):
            events = _note(5)
            seal.seal(at=LATER)
        return events

    @pytest.mark.parametrize(
        ("attack", "named"),
        [
            ("UPDATE tenancy_auditevent SET reason = 'x' WHERE id = %(id)s", "event {id}"),
            ("UPDATE tenancy_auditevent SET at = at + '1 s' WHERE id = %(id)s", "event {id}"),
            ("DELETE FROM tenancy_auditevent WHERE id = %(id)s", "event {id}"),
            ("DELETE FROM tenancy_auditseal WHERE event_id = %(id)s", "position 3"),
            (
                "UPDATE tenancy_auditseal SET hash = sha256(hash) WHERE event_id = %(id)s",
                "event {id}",
            ),
        ],
        ids=["edited", "re-dated", "removed", "link removed", "link replaced"],
    )
    def test_names_the_first_altered_row(
        self,
        events: list[AuditEvent],
        admin_connection: psycopg.Connection,
        attack: str,
        named: str,
    ) -> None:
        victim = events[2]
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(attack, {"id": victim.pk})
        admin_connection.commit()

        assert victim.tenant_id is not None
        with rooms.enter(victim.tenant_id):
            (failure,) = audit_chain_unbroken()

        assert failure.row == named.format(id=victim.pk)
