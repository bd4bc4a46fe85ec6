import pytest
from django.db import connection, transaction

from lending.actions import borrowers
from lending.models import Borrower
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, actor

ID_NUMBER = "330106198001011234"
CARD = "6222021234567890123"


def _revealed(borrower: Borrower, **changes: object) -> str:
    facts = {
        "actor": actor(Role.OFFICER),
        "at": NOON,
        "borrower_id": borrower.pk,
        "field": "id_number",
        "reason": "Compare with the passport",
    }
    return borrowers.reveal(**{**facts, **changes})  # type: ignore[arg-type]


class TestRegister:
    def test_returns_the_borrower_who_is_there_already(self, room: Tenant) -> None:
        first = build.borrower("F-1")

        assert build.borrower("F-1").pk == first.pk
        assert AuditEvent.objects.filter(action="borrower.register").count() == 1

    def test_refuses_another_borrower_under_the_same_reference(self, room: Tenant) -> None:
        build.borrower("F-1")

        with pytest.raises(borrowers.ReferenceTaken):
            build.borrower("F-1", name="Another firm")

    @pytest.mark.parametrize(
        ("facts", "pointer"),
        [
            ({"kind": "village"}, "/kind"),
            ({"reference": ""}, "/reference"),
            ({"name": "x" * 201}, "/name"),
            ({"name": "a\x00"}, "/name"),
            ({"phone": "1" * 41}, "/phone"),
            ({"bank_card": "<script>"}, "/bank_card"),
        ],
    )
    def test_names_the_field_that_does_not_fit(
        self, room: Tenant, facts: dict[str, str], pointer: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            build.borrower(**{"reference": "F-1", **facts})

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_is_not_for_an_auditor(self, room: Tenant) -> None:
        with pytest.raises(Forbidden):
            borrowers.register(
                actor=actor(Role.AUDITOR), at=NOON, kind="firm", reference="F-1", name="Firm"
            )


class TestPersonalNumbers:
    def test_are_not_in_the_table_in_the_clear(self, room: Tenant) -> None:
        build.borrower(id_number=ID_NUMBER, phone="13800001234", bank_card=CARD)

        with connection.cursor() as cursor:
            cursor.execute("SELECT lending_borrower::text FROM lending_borrower")
            [(row,)] = cursor.fetchall()

        assert not any(number in row for number in (ID_NUMBER, "13800001234", CARD))

    def test_find_their_borrower_by_the_exact_value_only(self, room: Tenant) -> None:
        borrower = build.borrower(id_number=ID_NUMBER)

        assert list(Borrower.objects.with_number("id_number", ID_NUMBER)) == [borrower]
        assert not Borrower.objects.with_number("id_number", ID_NUMBER[:-1])
        assert not Borrower.objects.with_number("phone", ID_NUMBER)
        assert not Borrower.objects.with_number("id_number", "")

    def test_are_shown_masked(self, room: Tenant) -> None:
        stored = Borrower.objects.get(pk=build.borrower(id_number=ID_NUMBER).pk)

        assert stored.masked == {
            "id_number": "330***********1234",
            "phone": "",
            "bank_card": "",
        }

    def test_are_amended_with_a_masked_trail(self, room: Tenant) -> None:
        borrower = build.borrower(phone="13800001234")

        borrowers.amend(
            actor=actor(Role.OFFICER),
            at=NOON,
            borrower_id=borrower.pk,
            numbers={"phone": "13900005678"},
            reason="New number",
        )

        assert Borrower.objects.with_number("phone", "13900005678").exists()
        event = AuditEvent.objects.get(action="borrower.amend")
        assert event.changes == {"phone": ["138****1234", "139****5678"]}


class TestReveal:
    def test_returns_the_number_and_notes_who_saw_it_and_why(self, room: Tenant) -> None:
        borrower = build.borrower(id_number=ID_NUMBER)

        assert _revealed(borrower) == ID_NUMBER
        event = AuditEvent.objects.get(action="borrower.reveal")
        assert (event.subject_id, event.reason) == (str(borrower.pk), "Compare with the passport")
        assert ID_NUMBER not in str(event.changes)

    def test_wants_a_reason(self, room: Tenant) -> None:
        borrower = build.borrower(id_number=ID_NUMBER)

        with pytest.raises(Invalid), transaction.atomic():
            _revealed(borrower, reason=" ")

        assert not AuditEvent.objects.filter(action="borrower.reveal").exists()

    def test_shows_nothing_but_personal_numbers(self, room: Tenant) -> None:
        borrower = build.borrower()

        with pytest.raises(Invalid):
            _revealed(borrower, field="id_number_index")

    def test_is_not_for_every_role(self, room: Tenant) -> None:
        borrower = build.borrower()

        with pytest.raises(Forbidden):
            _revealed(borrower, actor=actor(Role.RISK_MANAGER))

    def test_does_not_know_an_unknown_borrower(self, room: Tenant) -> None:
        with pytest.raises(NotFound):
            _revealed(Borrower(id=uuid7()))
