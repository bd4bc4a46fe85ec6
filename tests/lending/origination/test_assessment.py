from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from lending.models import Application, Offer
from lending.rules.fees import Fee, Timing
from lending.rules.stages import Stage
from scoring.actions import decisions
from scoring.models import Decision
from tenancy.models import Tenant
from tenancy.wording import said
from tests.lending import build
from tests.scoring import build as scoring
from tests.tasks import SentTasks


@pytest.fixture
def configured(room: Tenant) -> Tenant:
    scoring.approved()
    scoring.published()
    return room


def _of(features: Mapping[str, str | None], **changes: Any) -> Application:
    evidence = {**build.evidence(), "features": dict(features)}
    return build.submitted(evidence=evidence, **changes)


class TestAHealthyFirm:
    def test_gets_an_offer_from_the_task(self, configured: Tenant, sent_tasks: SentTasks) -> None:
        application = _of(scoring.HEALTHY)

        sent_tasks.run()

        application.refresh_from_db()
        offer, decision = Offer.objects.get(), Decision.objects.get()
        assert (application.stage, application.decision_id) == (Stage.APPROVED, decision.pk)
        assert offer.amount == min(Decimal(100_000), decision.limit or Decimal(0))
        assert offer.annual_rate <= Decimal("0.219")
        assert application.stage_due_at == offer.expires_at

    def test_has_a_decision_that_names_its_evidence_and_replays(self, configured: Tenant) -> None:
        application = build.decide(_of(scoring.HEALTHY))

        decision = Decision.objects.get()

        assert decision.evidence_hash == application.evidence_hash
        assert decision.subject_id == str(application.pk)
        decisions.replay(decision)

    def test_is_decided_once_however_often_the_message_comes(
        self, configured: Tenant, sent_tasks: SentTasks
    ) -> None:
        _of(scoring.HEALTHY)
        sent_tasks.waiting.append(sent_tasks.waiting[0])

        sent_tasks.run()

        assert Decision.objects.count() == 1
        assert Offer.objects.count() == 1

    def test_keeps_the_decision_it_got(self, configured: Tenant) -> None:
        build.decide(_of(scoring.HEALTHY))

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Application.objects.update(decision_id=None)


class TestAFrailFirm:
    def test_is_not_approved_and_is_told_at_least_four_reasons(self, configured: Tenant) -> None:
        application = build.decide(_of(scoring.FRAIL))

        assert application.stage in {Stage.DECLINED, Stage.REFERRED}
        assert len(application.reasons) >= 4
        assert not Offer.objects.exists()


class TestWhatAutomationCannotDecide:
    def test_goes_to_a_person_when_a_feature_does_not_fit(self, configured: Tenant) -> None:
        application = build.decide(_of({**scoring.HEALTHY, "sales_total": "plenty"}))

        assert application.stage == Stage.REFERRED
        assert application.reasons[0]["code"] == "not_scored"
        assert not Decision.objects.exists()

    def test_goes_to_a_person_when_the_cost_breaks_a_cap(self, configured: Tenant) -> None:
        # Published before the room had rules: what was allowed then is held against them now.
        up_front = Fee("service", "Service", Timing.UPFRONT, rate=Decimal("0.05"))
        build.publish(build.draft(fees=(up_front,)))
        build.rules()

        application = build.decide(_of(scoring.HEALTHY))

        assert application.stage == Stage.REFERRED
        assert (application.reasons[-1]["code"], application.reasons[-1]["rule"]) == (
            "cost_above_cap",
            "CN-MCL-2025-COST-24",
        )
        assert application.decision_id == Decision.objects.get().pk
        assert not Offer.objects.exists()
        # Decided in one language, read in another.
        detail = application.reasons[-1]["detail"]
        assert "annual cost of" in said(detail)
        with translation.override("zh-hans"):
            assert "年化成本" in said(detail)

    def test_says_why_to_a_reader_of_another_language(self, room: Tenant) -> None:
        with translation.override("zh-hans"):
            application = build.decide(_of(scoring.HEALTHY))

        detail = application.reasons[0]["detail"]
        assert said(detail).startswith("There is no approved scorecard")
