"""The back office's pages on what came in from the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from rural.models import ConflictCase, FormDefinition, Household, Submission, Village
from tenancy.models import Tenant, User
from tenancy.roles import Role
from tests.rural import answers, build

pytestmark = pytest.mark.django_db


def client_of(role: Role, name: str) -> Client:
    client = Client()
    user = User.objects.get(pk=build.person(role, name).id)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def officer(room: Tenant) -> Client:
    """An officer before a household whose living costs two people changed."""
    build.field_work()
    by = build.person(Role.OFFICER, "Wu Gang")
    form, _files = build.sent("F1", answers.household)
    build.receive(form, by)
    build.receive(build.hashed(form, answers={**form.answers, "living_year": "7"}), by)
    wrong, _files = build.sent("F1", lambda f: answers.household(f, living_year="-1"))
    build.receive(wrong, by)
    return client_of(Role.OFFICER, "Li Na")


def shown(client: Client, row: Any) -> str:
    opts = row._meta
    answer = client.get(f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


CLOSED_TO_FINANCE = [Household, Submission, ConflictCase, FormDefinition]


class TestLists:
    @pytest.mark.parametrize("model", [*CLOSED_TO_FINANCE, Village], ids=lambda m: m.__name__)
    def test_show_rows_and_their_pages_without_a_personal_number(
        self, officer: Client, model: Any
    ) -> None:
        listed = officer.get(f"/admin/rural/{model._meta.model_name}/")
        assert listed.status_code == 200

        for row in model.objects.all():
            page = shown(officer, row)
            assert not [n for n in (answers.ID_NUMBER, answers.PHONE) if n in page]

    @pytest.mark.parametrize("model", CLOSED_TO_FINANCE, ids=lambda m: m.__name__)
    def test_are_not_for_finance(self, officer: Client, model: Any) -> None:
        finance = client_of(Role.FINANCE, "Chen Yu")

        assert finance.get(f"/admin/rural/{model._meta.model_name}/").status_code == 403


class TestConflictPage:
    def test_shows_both_sides_and_takes_the_choice(self, officer: Client) -> None:
        case = ConflictCase.objects.get()
        page = shown(officer, case)
        assert "30000" in page
        assert ">7 yuan<" in page

        address = f"/admin/rural/conflictcase/{case.pk}/do/choose/"
        officer.post(address, {"choice-content": "incoming", "reason": "Asked the farmer"})

        assert Household.objects.get().values["living_year"] == "7"

    def test_tells_what_is_missing(self, officer: Client) -> None:
        case = ConflictCase.objects.get()

        answer = officer.post(f"/admin/rural/conflictcase/{case.pk}/do/choose/", {"reason": "x"})

        assert answer.status_code == 422


class TestFormPage:
    def risk(self) -> Client:
        return client_of(Role.RISK_MANAGER, "He Jun")

    def begin(self, client: Client, change: dict[str, Any]) -> Any:
        row = FormDefinition.objects.get(code="F6", version=1)
        definition = {**row.definition, **change}
        return client.post(
            f"/admin/rural/formdefinition/{row.pk}/do/draft/",
            {"definition": json.dumps(definition)},
        )

    def test_a_next_version_is_begun_compared_and_published(self, officer: Client) -> None:
        risk = self.risk()
        title = {"zh": "新评议表", "en": "New ballot"}

        self.begin(risk, {"title": title})
        draft = FormDefinition.objects.get(code="F6", version=2)
        assert "New ballot" in shown(risk, draft)
        assert "Changed since F6 v1" in shown(risk, draft)
        risk.post(f"/admin/rural/formdefinition/{draft.pk}/do/publish/", {})

        assert FormDefinition.objects.current().get(code="F6").version == 2

    def test_the_linters_findings_are_told_by_pointer(self, officer: Client) -> None:
        answer = self.begin(self.risk(), {"sections": [{"name": "x"}]})

        assert answer.status_code == 422
        assert "/sections/0" in answer.content.decode()
        assert FormDefinition.objects.filter(code="F6").count() == 1
