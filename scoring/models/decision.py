from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from scoring.models.hashes import hash_field, is_hash
from scoring.models.policy import Policy
from scoring.models.scorecard import Scorecard
from scoring.models.snapshot import FeatureSnapshot
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class Outcome(models.TextChoices):
    """What policy answers; a referral goes to a person."""

    APPROVE = "approve", _("Approve")
    REFER = "refer", _("Refer")
    DECLINE = "decline", _("Decline")


class Decision(TenantModel):
    """
    One answer to one request, with all that it was made from; append-only.

    `limit` and `annual_rate` belong to an approval; on a referral they are what would have been
    granted, where that could be computed.
    """

    id = uuid_key()
    subject_type = models.CharField(_("kind of subject"), max_length=40)
    subject_id = models.CharField(_("subject"), max_length=60)
    snapshot = TenantForeignKey(FeatureSnapshot, verbose_name=_("feature snapshot"))
    scorecard = TenantForeignKey(Scorecard, verbose_name=_("scorecard"))
    policy = TenantForeignKey(Policy, verbose_name=_("policy"))
    evidence_hash = models.CharField(_("hash of the evidence"), max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    score = models.PositiveSmallIntegerField(_("score"))
    pd = models.DecimalField(_("probability of default"), max_digits=7, decimal_places=6)
    limit = MoneyField(_("limit"), null=True)
    annual_rate = models.DecimalField(_("annual rate"), max_digits=9, decimal_places=6, null=True)
    reasons = models.JSONField(_("reasons"))
    # Score, every rule's cells, bounds of the limit, price: see scoring/rules/ruling.py.
    trace = models.JSONField(_("trace"))
    sha256 = hash_field(_("hash of the trace"))
    decided_at = models.DateTimeField(_("decided at"))
    decided_by = models.CharField(_("decided by"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(
                fields=["tenant", "subject_type", "subject_id", "decided_at"],
                name="scoring_decision_history",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=350, score__lte=950), name="scoring_decision_score_in_range"
            ),
            models.CheckConstraint(
                # A comparison with null would pass the check, so presence is asked for first.
                condition=Q(
                    outcome="approve",
                    limit__isnull=False,
                    limit__gt=0,
                    annual_rate__isnull=False,
                    annual_rate__gte=0,
                )
                | Q(outcome="refer")
                | Q(outcome="decline", limit=None, annual_rate=None),
                name="scoring_decision_outcome_has_its_facts",
            ),
            is_hash("sha256", "scoring_decision_hash_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} · {self.get_outcome_display()}"
