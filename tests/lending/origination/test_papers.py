"""The checklist of papers: what is missing, received, verified, rejected, expired (S-43)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lending.actions import applications, papers
from lending.actions.desk import WrongStage
from lending.actions.papers import PapersMissing, PaperStands
from lending.models import Application, Paper, PaperStatus
from lending.models.paper import PAPER_TRANSITIONS
from lending.rules.stages import Stage
from tenancy.errors import Forbidden, Invalid
from tenancy.models import AuditEvent, Tenant
from tenancy.roles import Role
from tests.lending import build
from tests.lending.build import NOON, ON, actor
from tests.tasks import SentTasks

KINDS = ("id_front", "bank_flow")


def _collecting(*kinds: str) -> Application:
    build.product(required_papers=kinds or KINDS)
    return build.submitted()


def _paper(application: Application, kind: str) -> Paper:
    return Paper.objects.get(application=application, kind=kind)


def _bring(application: Application, kind: str, **changes: Any) -> Paper:
    facts: dict[str, Any] = {
        "actor": actor(Role.PLATFORM),
        "at": NOON,
        "on": ON,
        "paper_id": _paper(application, kind).pk,
        "content": f"%PDF {kind}".encode(),
        "media_type": "application/pdf",
        "name": f"{kind}.pdf",
        "retain_until": date(2032, 1, 1),
    }
    return papers.receive(**{**facts, **changes})


def _reject(application: Application, kind: str, reason: str = "Not readable") -> Paper:
    paper_id = _paper(application, kind).pk
    return papers.reject(actor=actor(), at=NOON, paper_id=paper_id, reason=reason)


class TestTheChecklist:
    def test_is_made_from_the_product_and_holds_the_application(self, room: Tenant) -> None:
        application = _collecting()

        assert application.stage == Stage.COLLECTING
        listed = Paper.objects.filter(application=application).order_by("kind")
        assert [(each.kind, each.status) for each in listed] == [
            ("bank_flow", PaperStatus.MISSING),
            ("id_front", PaperStatus.MISSING),
        ]

    def test_lets_it_go_with_the_last_paper(self, room: Tenant, sent_tasks: SentTasks) -> None:
        application = _collecting()

        _bring(application, "id_front")
        application.refresh_from_db()
        assert application.stage == Stage.COLLECTING
        _bring(application, "bank_flow")

        application.refresh_from_db()
        assert application.stage == Stage.SUBMITTED
        assert application.evidence_hash
        assert [task.name for task in sent_tasks.waiting] == ["lending.decide"]

    def test_waits_for_inputs_too(self, room: Tenant) -> None:
        build.product(required_papers=("lease",), required_inputs=("sales_last_year",))
        application = build.submitted()

        _bring(application, "lease")
        application.refresh_from_db()
        assert application.stage == Stage.COLLECTING
        applications.supply(
            actor=actor(), at=NOON, on=ON, application_id=application.pk,
            inputs={"sales_last_year": "1200000.00"},
        )  # fmt: skip

        application.refresh_from_db()
        assert application.stage == Stage.SUBMITTED

    def test_does_not_count_what_was_given_back(self, room: Tenant) -> None:
        application = _collecting()
        _bring(application, "id_front")
        _reject(application, "id_front")

        _bring(application, "bank_flow")

        application.refresh_from_db()
        assert application.stage == Stage.COLLECTING
        assert _paper(application, "id_front").reason == "Not readable"

    def test_does_not_let_an_application_be_approved_with_a_gap(self, room: Tenant) -> None:
        application = _collecting("id_front")
        _bring(application, "id_front", expires_on=ON)
        application.refresh_from_db()
        referred = build.decide(application)

        with pytest.raises(PapersMissing) as refused:
            build.approve(referred, on=ON + timedelta(days=1))

        [error] = refused.value.errors
        assert (error.pointer, error.value) == ("/papers/id_front", "EXPIRED")


class TestAPaper:
    def test_is_verified_and_leaves_a_trace(self, room: Tenant) -> None:
        application = _collecting()
        _bring(application, "id_front")

        papers.verify(actor=actor(), at=NOON, paper_id=_paper(application, "id_front").pk)

        assert _paper(application, "id_front").status == PaperStatus.VERIFIED
        assert AuditEvent.objects.filter(action="paper.verified").count() == 1

    @pytest.mark.parametrize(
        ("days", "status"), [(-1, "EXPIRED"), (0, "RECEIVED"), (1, "RECEIVED")]
    )
    def test_expires_after_its_last_day(self, room: Tenant, days: int, status: str) -> None:
        application = _collecting()
        _bring(application, "id_front", expires_on=ON)

        assert _paper(application, "id_front").status_on(ON - timedelta(days=days)) == status

    def test_that_has_run_out_is_not_taken(self, room: Tenant) -> None:
        application = _collecting()

        with pytest.raises(Invalid) as refused:
            _bring(application, "id_front", expires_on=ON - timedelta(days=1), content=b"")

        assert {error.pointer for error in refused.value.errors} == {"/file", "/expires_on"}

    def test_is_not_given_back_without_a_reason(self, room: Tenant) -> None:
        application = _collecting()
        _bring(application, "id_front")

        with pytest.raises(Invalid, match="reason"):
            _reject(application, "id_front", " ")

    def test_is_verified_by_staff_only(self, room: Tenant) -> None:
        application = _collecting()
        paper = _bring(application, "id_front")

        with pytest.raises(Forbidden):
            papers.verify(actor=actor(Role.PLATFORM), at=NOON, paper_id=paper.pk)

    def test_is_not_taken_after_the_decision(self, room: Tenant) -> None:
        application = _collecting("id_front")
        _bring(application, "id_front")
        application.refresh_from_db()
        build.approve(build.decide(application))

        with pytest.raises(WrongStage):
            _bring(application, "id_front")

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (before, after)
            for before in PAPER_TRANSITIONS
            for after in (PaperStatus.VERIFIED, PaperStatus.REJECTED)
            if after not in PAPER_TRANSITIONS[before]
        ],
    )
    def test_makes_no_step_that_is_not_in_the_table(
        self, room: Tenant, before: PaperStatus, after: PaperStatus
    ) -> None:
        application = _collecting()
        paper = _paper(application, "id_front")
        if before != PaperStatus.MISSING:
            paper = _bring(application, "id_front")
        if before == PaperStatus.VERIFIED:
            papers.verify(actor=actor(), at=NOON, paper_id=paper.pk)
        if before == PaperStatus.REJECTED:
            _reject(application, "id_front")

        with pytest.raises(PaperStands):
            _push(paper, after)


def _push(paper: Paper, after: PaperStatus) -> None:
    if after == PaperStatus.VERIFIED:
        papers.verify(actor=actor(), at=NOON, paper_id=paper.pk)
    else:
        papers.reject(actor=actor(), at=NOON, paper_id=paper.pk, reason="Not readable")


class TestTheTable:
    @pytest.mark.parametrize(
        "change", [{"status": "RECEIVED"}, {"status": "VERIFIED"}, {"status": "REJECTED"}]
    )
    def test_knows_no_paper_that_is_there_without_a_file(
        self, room: Tenant, change: dict[str, str]
    ) -> None:
        _collecting()

        with pytest.raises(IntegrityError, match="document_iff_there"), transaction.atomic():
            Paper.objects.update(**change, reason="x")
