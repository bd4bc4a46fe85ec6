from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from lending.models.borrower import Borrower
from lending.models.product import ProductVersion
from lending.rules.stages import OPEN, WAITING_FOR_PARTNER, Stage, due_at, may_move
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key
from tenancy.rules.transitions import InvalidTransition

if TYPE_CHECKING:
    from tenancy.actors import Actor

STAGES = [
    (Stage.COLLECTING.value, _("Collecting papers")),
    (Stage.SUBMITTED.value, _("Submitted")),
    (Stage.ASSESSING.value, _("Being assessed")),
    (Stage.REFERRED.value, _("With a person")),
    (Stage.FUNDING.value, _("With a partner bank")),
    (Stage.APPROVED.value, _("Approved, offer open")),
    (Stage.ACCEPTED.value, _("Accepted")),
    (Stage.DECLINED.value, _("Declined")),
    (Stage.WITHDRAWN.value, _("Withdrawn")),
    (Stage.EXPIRED.value, _("Expired")),
]
# Spelt out in the partial indexes, so sorted: a set would change the migration at random.
OPEN_STAGES = sorted(stage.value for stage in OPEN)


class ApplicationQuerySet(TenantQuerySet["Application"]):
    """Applications by where they stand."""

    def open(self) -> ApplicationQuerySet:
        return self.filter(stage__in=OPEN_STAGES)

    def in_stage(self, *stages: Stage) -> ApplicationQuerySet:
        return self.filter(stage__in=stages)

    def overdue(self, at: datetime) -> ApplicationQuerySet:
        """Open applications that should have left their stage by now; a bank's time is its own."""
        return self.open().exclude(stage__in=WAITING_FOR_PARTNER).filter(stage_due_at__lt=at)

    def with_partners(self) -> ApplicationQuerySet:
        """Applications that a partner bank has, while our clock stands still."""
        return self.filter(stage__in=WAITING_FOR_PARTNER)


class Application(TenantModel):
    """
    One request for credit, with everything that its channel knew, on its way along the line.

    The evidence is frozen by a database trigger as soon as it has a hash; until then the
    application is COLLECTING and the evidence may grow.
    """

    id = uuid_key()
    number = models.CharField(_("number"), max_length=24)
    borrower = TenantForeignKey(Borrower, models.PROTECT, related_name="applications")
    version = TenantForeignKey(ProductVersion, models.PROTECT, related_name="applications")
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    term = models.PositiveSmallIntegerField(_("term"))
    purpose = models.CharField(_("purpose"), max_length=200)
    channel = models.CharField(_("channel"), max_length=40)
    # Due dates and shares of the principal, where the product is repaid on dates of its own.
    plan = models.JSONField(_("repayment plan"), null=True, blank=True)
    evidence = models.JSONField(_("evidence"))
    evidence_hash = models.CharField(_("hash of the evidence"), max_length=64, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=STAGES)
    stage_since = models.DateTimeField(_("in stage since"))
    stage_due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # Set by the watcher, once per stage: the breach has been told.
    breach_told_at = models.DateTimeField(_("breach told"), null=True, blank=True)
    decision_id = models.UUIDField(_("decision"), null=True, blank=True)
    # What we would lend, kept while a partner bank makes up its own mind.
    approved_amount = MoneyField(_("approved amount"), null=True, blank=True)
    approved_rate = models.DecimalField(
        _("approved annual rate"), max_digits=12, decimal_places=8, null=True, blank=True
    )
    approved_term = models.PositiveSmallIntegerField(_("approved term"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TenantManager.from_queryset(ApplicationQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes = [
            # The dashboard and the queues read open applications only, whatever lies behind.
            models.Index(
                fields=["tenant", "stage", "stage_due_at", "id"],
                condition=Q(stage__in=OPEN_STAGES),
                name="lending_application_queue",
            ),
            models.Index(fields=["tenant", "borrower"], name="lending_application_of"),
            models.Index(
                fields=["tenant", "assigned_to"],
                condition=Q(stage__in=OPEN_STAGES),
                name="lending_application_load",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="lending_application_number"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, term__gt=0), name="lending_application_asks_something"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["COLLECTING", "WITHDRAWN", "EXPIRED"])
                | ~Q(evidence_hash=""),
                name="lending_application_evidence_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(stage="FUNDING")
                | Q(
                    approved_amount__isnull=False,
                    approved_rate__isnull=False,
                    approved_term__isnull=False,
                ),
                name="lending_application_funding_knows_terms",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def move_to(
        self,
        stage: Stage,
        *,
        at: datetime,
        actor: Actor,
        through: Stage | None = None,
        reason: str = "",
        until: datetime | None = None,
        also: Iterable[str] = (),
    ) -> None:
        """
        Change the stage, restart its clock and record it. Hold the row lock.

        :param through: a stage on the way that is entered and left in this very moment
        :param until: the clock's end where something else than the service level sets it
        :param also: other fields that the caller changed and wants saved in the same statement
        :raises InvalidTransition: where the table knows no such way
        """
        way = [stage] if through is None else [through, stage]
        changes, before, since = [], Stage(self.stage), self.stage_since
        for after in way:
            if not may_move(before, after):
                raise InvalidTransition(f"{self}: {before} to {after}")
            change = StageChange.of(self, after, at=at, actor=actor, reason=reason)
            change.from_stage, change.spent = before, at - since
            changes.append(change)
            before, since = after, at
        StageChange.objects.bulk_create(changes)
        self.stage = stage.value
        self.stage_since = at
        self.stage_due_at = until or due_at(stage, at, self.version.stage_minutes)
        self.breach_told_at = None
        self.save(update_fields=["stage", "stage_since", "stage_due_at", "breach_told_at", *also])


class StageChange(TenantModel):
    """One step of an application along the line; append-only."""

    application = TenantForeignKey(Application, models.PROTECT, related_name="changes")
    # Empty for the first: the application came in.
    from_stage = models.CharField(_("from"), max_length=10, choices=STAGES, blank=True)
    to_stage = models.CharField(_("to"), max_length=10, choices=STAGES)
    at = models.DateTimeField(_("at"))
    spent = models.DurationField(_("time spent in the stage before"), default=timedelta)
    actor_kind = models.CharField(max_length=6)
    actor_id = models.CharField(max_length=80, blank=True)
    actor_name = models.CharField(_("by"), max_length=150)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        indexes = [
            # Arrivals and exits per hour read one window of time, never one application.
            models.Index(
                fields=["tenant", "at", "to_stage", "from_stage"], name="lending_stage_flow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"

    @classmethod
    def of(
        cls,
        application: Application,
        stage: Stage,
        *,
        at: datetime,
        actor: Actor,
        reason: str = "",
    ) -> StageChange:
        """Return the step into a stage, not yet written; by itself it is the arrival."""
        return cls(
            application=application,
            to_stage=stage,
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
        )
