from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tenancy.actions import approvals
from tenancy.actors import Actor
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.models import ApprovalRequest, ApprovalStatus, Tenant
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor

pytestmark = pytest.mark.django_db

LATER = NOON + approvals.LAPSES_AFTER


def ask(**changes: Any) -> ApprovalRequest:
    facts: dict[str, Any] = {
        "actor": actor(Role.RISK_MANAGER),
        "at": NOON,
        "kind": "test.write_off",
        "title": "Write 12.00 off",
        "payload": {"amount": "12.00"},
        "reason": "Too small to chase",
    }
    return approvals.request(**{**facts, **changes})


def approve(request: ApprovalRequest, by: Role = Role.FINANCE, **changes: Any) -> ApprovalRequest:
    facts: dict[str, Any] = {"actor": actor(by), "at": NOON, "request_id": request.pk}
    return approvals.approve(**{**facts, **changes})


class TestRequest:
    def test_waits_for_the_second_person(self, room: Tenant) -> None:
        request = ask()

        assert (request.status, request.maker_name) == ("PENDING", "Risk manager")
        assert list(ApprovalRequest.objects.open(NOON)) == [request]
        with pytest.raises(approvals.NotApproved):
            approvals.approved(request_id=request.pk, kind="test.write_off")

    def test_is_one_for_the_same_content(self, room: Tenant) -> None:
        assert ask() == ask()
        assert ask(payload={"amount": "13.00"}) != ask()

    def test_can_be_made_again_when_it_has_lapsed(self, room: Tenant) -> None:
        first = ask()

        second = ask(at=LATER)

        first.refresh_from_db()
        assert (first.status, second.status) == ("LAPSED", "PENDING")

    def test_needs_a_reason(self, room: Tenant) -> None:
        with pytest.raises(Invalid):
            ask(reason=" ")

    @pytest.mark.parametrize(
        "change",
        ["payload = '{}'", "reason = ''", "maker_id = 'x'", "expires_at = now() + '1 year'"],
    )
    def test_is_frozen_for_everybody(self, room: Tenant, change: str) -> None:
        ask()

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            _run(f"UPDATE tenancy_approvalrequest SET {change}")


class TestApprove:
    def test_lets_the_action_be_done(self, room: Tenant) -> None:
        request = approve(ask())

        assert approvals.approved(request_id=request.pk, kind="test.write_off") == request
        assert request.checker_name == "Finance"

    def test_lets_no_other_kind_be_done(self, room: Tenant) -> None:
        request = approve(ask())

        with pytest.raises(approvals.NotApproved):
            approvals.approved(request_id=request.pk, kind="test.other")

    def test_takes_a_second_person(self, room: Tenant) -> None:
        with pytest.raises(approvals.SamePerson):
            approve(ask(), Role.RISK_MANAGER)

    def test_takes_a_person(self, room: Tenant) -> None:
        with pytest.raises(approvals.SamePerson):
            approve(ask(), actor=Actor.system("close"))

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.BANK, Role.AGENT])
    def test_takes_somebody_who_may(self, room: Tenant, role: Role) -> None:
        with pytest.raises(Forbidden):
            approve(ask(), role)

    def test_comes_too_late_at_its_last_moment(self, room: Tenant) -> None:
        request = ask()

        approve(ask(payload={"amount": "1"}), at=LATER - timedelta(microseconds=1))
        with pytest.raises(approvals.RequestLapsed):
            approve(request, at=LATER)

    def test_is_harmless_to_repeat_and_cannot_be_undone(self, room: Tenant) -> None:
        request = approve(ask())

        assert approve(request).decided_at == request.decided_at
        with pytest.raises(approvals.RequestSettled):
            approvals.reject(
                actor=actor(Role.SUPERVISOR), at=NOON, request_id=request.pk, reason="No"
            )

    def test_of_nothing_is_not_found(self, room: Tenant) -> None:
        with pytest.raises(NotFound):
            approvals.approve(actor=actor(Role.FINANCE), at=NOON, request_id=uuid7())

    def test_by_the_same_person_is_refused_by_the_database(self, room: Tenant) -> None:
        ask()

        with pytest.raises(DatabaseError, match="two_people"), transaction.atomic():
            _run(
                "UPDATE tenancy_approvalrequest SET status = 'APPROVED', checker_id = maker_id, "
                "decided_at = requested_at"
            )

    def test_cannot_be_born_approved(self, room: Tenant) -> None:
        request = ask()
        request.pk, request.status = uuid7(), ApprovalStatus.APPROVED
        request.checker_id, request.decided_at = "x", NOON
        request._state.adding = True

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            request.save(force_insert=True)


class TestReject:
    def test_ends_the_request(self, room: Tenant) -> None:
        request = approvals.reject(
            actor=actor(Role.FINANCE), at=NOON, request_id=ask().pk, reason="Chase it"
        )

        assert (request.status, request.decision_reason) == ("REJECTED", "Chase it")
        with pytest.raises(approvals.NotApproved):
            approvals.approved(request_id=request.pk, kind="test.write_off")

    def test_needs_a_reason(self, room: Tenant) -> None:
        with pytest.raises(Invalid):
            approvals.reject(actor=actor(Role.FINANCE), at=NOON, request_id=ask().pk, reason="")


def end(request: ApprovalRequest, **changes: Any) -> ApprovalRequest:
    facts: dict[str, Any] = {
        "actor": Actor.system("bank"), "at": LATER, "request_id": request.pk,
        "kind": "test.write_off", "by": "Harbour Bank", "reason": "Not with us",
    }  # fmt: skip
    return approvals.end(**{**facts, **changes})


class TestEnd:
    @pytest.mark.parametrize("is_approved", [False, True])
    def test_closes_what_somebody_outside_did_not_agree_to(
        self, room: Tenant, is_approved: bool
    ) -> None:
        request = approve(ask()) if is_approved else ask()

        ended = end(request)

        assert (ended.status, ended.ended_by) == ("REFUSED", "Harbour Bank")
        assert ended.checker_name == ("Finance" if is_approved else "")
        with pytest.raises(approvals.NotApproved):
            approvals.approved(request_id=request.pk, kind="test.write_off")
        with pytest.raises(approvals.RequestSettled), transaction.atomic():
            approve(request)
        assert end(request, reason="Another").ended_reason == "Not with us"

    def test_without_a_reason_is_silence(self, room: Tenant) -> None:
        assert end(approve(ask()), reason="").status == "LAPSED"

    def test_leaves_a_rejection_alone(self, room: Tenant) -> None:
        request = approvals.reject(
            actor=actor(Role.FINANCE), at=NOON, request_id=ask().pk, reason="Chase it"
        )

        assert end(request).status == "REJECTED"

    def test_of_another_kind_is_not_found(self, room: Tenant) -> None:
        with pytest.raises(NotFound):
            end(ask(), kind="test.other")

    @pytest.mark.parametrize(
        "change",
        [
            "status = 'PENDING', checker_id = '', checker_name = '', decided_at = NULL",
            "status = 'REFUSED', ended_by = 'x', ended_at = now(), ended_reason = 'x', "
            "checker_name = 'y'",
        ],
        ids=["undone", "who_approved"],
    )
    def test_keeps_the_approval_whatever_code_writes(self, room: Tenant, change: str) -> None:
        approve(ask())

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            _run(f"UPDATE tenancy_approvalrequest SET {change}")

    def test_names_who_did_not_agree_whatever_code_writes(self, room: Tenant) -> None:
        approve(ask())

        with pytest.raises(DatabaseError, match="ended_by_whom"), transaction.atomic():
            _run("UPDATE tenancy_approvalrequest SET status = 'REFUSED'")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
