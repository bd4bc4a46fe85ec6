"""A bank's file taken in: what resolves itself, what is held, what somebody has to explain."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from ledger.models import JournalEntry, Posting
from partners.actions import breaks, reconciliation
from partners.models import (
    BREAK_TRANSITIONS,
    Break,
    BreakStatus,
    ReconRun,
    ReconTolerance,
)
from tenancy.actions import documents, tenants
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.models import AuditEvent, User
from tenancy.roles import Role
from tenancy.rules.transitions import InvalidTransition
from tests.partners import build, settling
from tests.partners.settling import ON, after, off, only_break, receipts, settled, taken
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.usefixtures("room")


def somebody(username: str = "mei", role: Role = Role.FINANCE) -> User:
    user = User.objects.create_user(username, "secret-enough", name=username.title())
    tenants.admit(user=user, role=role, actor=actor(Role.ADMINISTRATOR), at=NOON)
    return user


def rounding_balance() -> Decimal:
    held = Posting.objects.filter(account__code="5210").values_list("amount", flat=True)
    return sum(held, Decimal(0))


class TestTake:
    def test_finds_nothing_where_both_agree(self):
        settled(receipts(3))
        run = taken(receipts(3))

        assert (run.status, run.rows_matched, run.breaks_found) == ("COMPARED", 3, 0)
        assert run.taken_by == "Finance"

    def test_resolves_a_cent_by_itself_and_posts_it(self):
        settled(receipts(2))
        one, two = receipts(2)
        taken([one, off(two, "0.01")])

        found = only_break()
        assert (found.type, found.status, found.is_automatic) == ("ROUNDING", "RESOLVED", True)
        assert found.amount == Decimal("0.01")
        assert found.differences == [
            {"column": "partner_interest", "ours": "105.00", "theirs": "105.01"}
        ]
        assert rounding_balance() == Decimal("0.01")

    def test_gives_what_is_missing_to_who_has_the_least_to_do(self):
        busy, free = somebody("an"), somebody("bo")
        somebody("chu", Role.OFFICER)
        settled(receipts(3))
        taken(receipts(2))
        assert only_break().owner == busy

        settled(receipts(3), on=ON + timedelta(1))
        taken(receipts(2), on=ON + timedelta(1))

        assert Break.objects.get(on=ON + timedelta(1)).owner == free

    def test_queues_what_is_missing_with_owner_age_and_day(self):
        owner = somebody()
        lost = replace(receipts(3)[2], total_amt=Decimal("500.00"), principal=Decimal("350.00"),
                       partner_principal=Decimal("245.00"), own_amt=Decimal("150.00"))  # fmt: skip
        settled([*receipts(2), lost])
        taken(receipts(2))

        found = only_break()
        assert (found.type, found.key) == ("MISSING_THEIRS", "R-3")
        assert (found.status, found.owner) == ("ASSIGNED", owner)
        assert found.due_on == found.opened_on + timedelta(1)
        assert found.age_days(found.opened_on + timedelta(3)) == 3
        assert {"column": "total_amt", "ours": "500.00", "theirs": ""} in found.differences

    def test_leaves_it_nobodys_where_nobody_may(self):
        settled(receipts(1))
        taken([])

        assert only_break().status == "OPEN"

    def test_keeps_the_file_as_it_came(self):
        settled(receipts(1))
        run = taken([])

        name, content = settling.file_of([])
        assert documents.content_of(run.document) == content
        assert run.file_name == name

    def test_taken_twice_is_taken_once(self):
        settled(receipts(2))

        assert taken(receipts(1)) == taken(receipts(1))
        assert ReconRun.objects.count() == Break.objects.count() == 1

    def test_by_the_bank_itself(self):
        settled(receipts(1))
        bank = settling.bank()

        assert taken(receipts(1), actor=build.actor_of(bank)).taken_by == "Harbour Bank"

    def test_not_by_another_bank(self):
        settled(receipts(1))

        with pytest.raises(NotFound):
            taken(receipts(1), actor=build.actor_of(build.bank("valley")))

    def test_not_by_everybody(self):
        settled(receipts(1))

        with pytest.raises(Forbidden):
            taken(receipts(1), actor=actor(Role.OFFICER))

    @pytest.mark.parametrize(
        "file_name",
        [
            "receipts.csv",
            "valley_REPAY_DETAIL_20260105_001.csv",
            "harbour_SETTLE_SUMMARY_20260105_001.csv",
        ],
    )
    def test_refuses_a_name_that_does_not_fit(self, file_name):
        settled(receipts(1))

        with pytest.raises(Invalid) as refused:
            taken(receipts(1), file_name=file_name)
        assert refused.value.errors[0].value == file_name

    def test_refuses_what_is_too_large(self, monkeypatch):
        settled(receipts(1))
        monkeypatch.setattr(reconciliation, "LARGEST_BYTES", 10)

        with pytest.raises(Invalid):
            taken(receipts(1))

    def test_waits_for_our_settlement(self):
        build.bank()
        after()

        with pytest.raises(reconciliation.NotSettledYet):
            taken(receipts(1))


class TestABadFile:
    def test_is_kept_and_named_but_not_compared(self):
        settled(receipts(2))
        name, content = settling.file_of(receipts(2))
        run = taken([], file_name=name, content=content.replace(b"|2|", b"|3|", 1))

        assert run.status == "REFUSED"
        assert run.faults == [
            {"line": 1, "field": "rows", "value": "3", "expected": "2 (counted)", "of_file": True}
        ]
        assert not Break.objects.exists()

    def test_comes_again_repaired_under_its_name(self):
        settled(receipts(2))
        name, content = settling.file_of(receipts(2))
        taken([], file_name=name, content=b"\xef\xbb\xbf" + content)

        assert taken(receipts(2)).status == "COMPARED"
        assert ReconRun.objects.count() == 2

    def test_keeps_no_more_faults_than_one_can_read(self):
        settled(receipts(1))
        name, _ = settling.file_of([])
        run = taken([], file_name=name, content=b"H\r\n" + b"x\r\n" * 1_000)

        assert len(run.faults) == 200
        assert run.faults_found > 900

    def test_with_one_bad_row_has_its_good_ones_compared(self):
        settled(receipts(2))
        name, content = settling.file_of([replace(each, channel="x") for each in receipts(2)])
        run = taken([], file_name=name, content=_with_bad_row(content))

        assert (run.status, run.rows_matched, run.faults_found) == ("COMPARED", 1, 1)
        assert only_break().type == "MISSING_THEIRS"


def _with_bad_row(content: bytes) -> bytes:
    """Spoil a cell of the first row, and make the hash right again."""
    header, _, body = content.partition(b"\r\n")
    body = body.replace(b"NORMAL", b"STRANGE", 1)
    digest = hashlib.sha256(body.removesuffix(b"T\r\n")).hexdigest()
    return header.rpartition(b"|")[0] + b"|" + digest.encode() + b"\r\n" + body


class TestASupersedingFile:
    def test_takes_the_place_of_the_one_before(self):
        settled(receipts(3))
        first = taken(receipts(2))
        second = taken(receipts(3), seq=2)

        assert second.supersedes == first
        found = only_break()
        assert (found.status, found.is_automatic) == ("RESOLVED", True)
        assert "harbour_REPAY_DETAIL_20260105_002.csv" in found.resolution

    def test_takes_the_rounding_back(self):
        settled(receipts(1))
        taken([off(receipts(1)[0], "0.01")])
        assert rounding_balance() == Decimal("0.01")

        taken(receipts(1), seq=2)

        assert rounding_balance() == 0
        assert JournalEntry.objects.filter(reverses__isnull=False).count() == 1

    def test_may_use_the_days_tolerance_again(self):
        rows = receipts(100)
        settled(rows)
        taken([off(each, "0.01") for each in rows])
        taken([off(each, "-0.01") for each in rows], seq=2)

        assert set(Break.objects.values_list("status", flat=True)) == {"RESOLVED"}
        assert rounding_balance() == -1

    def test_has_a_number_of_its_own(self):
        settled(receipts(2))
        taken(receipts(2))

        with pytest.raises(reconciliation.FileTaken, match="002"):
            taken(receipts(1))

    def test_comes_after_the_one_before(self):
        settled(receipts(2))
        taken(receipts(2), seq=2)

        with pytest.raises(reconciliation.FileOutOfOrder):
            taken(receipts(1))


class TestRounding:
    def test_is_the_days_with_a_bank_however_many_files(self):
        rows = receipts(100)
        settled(rows)
        taken([off(each, "0.01") for each in rows[:60]] + rows[60:])
        assert rounding_balance() == Decimal("0.60")

    def test_beyond_the_days_tolerance_is_for_people(self):
        rows = receipts(101)
        settled(rows)
        taken([off(each, "0.01") for each in rows])

        assert set(Break.objects.values_list("status", flat=True)) == {"OPEN"}
        assert rounding_balance() == 0

    def test_follows_the_banks_own_tolerance(self):
        settled(receipts(1))
        for bank, line in ((None, "0.01"), (settling.bank(), "0.05")):
            ReconTolerance.objects.create(
                bank=bank, effective_from=ON, line=Decimal(line), day=Decimal(1),
                value_date_days=1, sla_days=2, set_at=NOON, set_by="test",
            )  # fmt: skip
        taken([off(receipts(1)[0], "0.05")])

        assert only_break().status == "RESOLVED"


class TestADayLate:
    def test_a_value_date_is_held_until_the_next_day_is_compared(self):
        settled(receipts(1))
        taken([replace(receipts(1)[0], value_date=ON + timedelta(1))])
        assert only_break().status == "HELD"

        settled([], on=ON + timedelta(1))
        taken([], on=ON + timedelta(1))

        assert (only_break().status, only_break().is_automatic) == ("RESOLVED", True)

    def test_a_receipt_in_tomorrows_file_explains_itself(self):
        settled(receipts(2))
        taken(receipts(1))
        assert only_break().type == "MISSING_THEIRS"

        settled([], on=ON + timedelta(1))
        taken(receipts(2)[1:], on=ON + timedelta(1))

        assert set(Break.objects.values_list("type", "status", "is_automatic")) == {
            ("MISSING_THEIRS", "RESOLVED", True),
            ("MISSING_OURS", "RESOLVED", True),
        }

    def test_but_not_with_another_amount(self):
        settled(receipts(2))
        taken(receipts(1))
        settled([], on=ON + timedelta(1))
        taken([off(receipts(2)[1], "5.00")], on=ON + timedelta(1))

        assert set(Break.objects.values_list("status", flat=True)) == {"OPEN"}

    def test_and_not_two_days_later(self):
        settled(receipts(2))
        taken(receipts(1))
        settled([], on=ON + timedelta(2))
        taken(receipts(2)[1:], on=ON + timedelta(2))

        assert set(Break.objects.values_list("status", flat=True)) == {"OPEN"}


class TestLookingInto:
    @pytest.fixture
    def found(self) -> Break:
        settled(receipts(1))
        taken([])
        return only_break()

    def test_somebody_takes_it_and_hands_it_on(self, found):
        for person in (somebody("an"), somebody("bo")):
            given = breaks.assign(
                actor=actor(Role.FINANCE), at=NOON, break_id=found.pk, owner_id=person.pk
            )
            assert (given.status, given.owner) == ("ASSIGNED", person)

    def test_not_somebody_who_may_not(self, found):
        with pytest.raises(Invalid):
            breaks.assign(
                actor=actor(Role.FINANCE), at=NOON, break_id=found.pk,
                owner_id=somebody("chu", Role.OFFICER).pk,
            )  # fmt: skip

    def test_is_resolved_with_its_explanation_once(self, found):
        done = breaks.resolve(
            actor=actor(Role.FINANCE), at=NOON, break_id=found.pk, explanation="Bank booked late"
        )
        assert (done.status, done.is_automatic) == ("RESOLVED", False)
        assert done.resolved_by == "Finance"

        with pytest.raises(breaks.BreakExplained, match="Bank booked late"):
            breaks.resolve(
                actor=actor(Role.FINANCE), at=NOON, break_id=found.pk, explanation="Again"
            )

    @pytest.mark.parametrize("words", ["", "  ", "x" * 501])
    def test_is_not_resolved_without_words(self, found, words):
        with pytest.raises(Invalid):
            breaks.resolve(
                actor=actor(Role.FINANCE), at=NOON, break_id=found.pk, explanation=words
            )

    def test_the_bank_answers(self, found):
        said = breaks.respond(
            actor=build.actor_of(settling.bank()), at=NOON, break_id=found.pk,
            text="Received at 23:58, booked today",
        )  # fmt: skip
        assert (said.is_banks, said.by) == (True, "Harbour Bank")
        assert AuditEvent.objects.filter(action="break.respond").exists()

    def test_another_bank_knows_nothing_of_it(self, found):
        with pytest.raises(NotFound):
            breaks.respond(
                actor=build.actor_of(build.bank("valley")), at=NOON, break_id=found.pk, text="?"
            )


@pytest.mark.parametrize("before", BreakStatus)
@pytest.mark.parametrize("after", BreakStatus)
def test_no_other_way_leads_from_one_status_to_another(before, after):
    found = Break(status=before)

    if after in BREAK_TRANSITIONS[before]:
        found.move_to(after)
        assert found.status == after
    else:
        with pytest.raises(InvalidTransition):
            found.move_to(after)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE partners_break SET amount = 0",
        "UPDATE partners_break SET status = 'RESOLVED', resolved_at = now()",
        "UPDATE partners_break SET status = 'ASSIGNED'",
        "DELETE FROM partners_break",
        "UPDATE partners_reconrun SET breaks_found = 0",
        "DELETE FROM partners_reconrun",
    ],
)
def test_the_database_keeps_what_was_found(statement):
    settled(receipts(1))
    taken([])

    with (
        pytest.raises((IntegrityError, DatabaseError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
