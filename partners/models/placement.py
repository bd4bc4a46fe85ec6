"""An application before one bank, and what the bank said to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.fields import MoneyField
from lending.models.application import Application
from lending.models.product import TermUnit
from partners.models.agreement import AgreementVersion
from partners.models.bank import BankCredential, PartnerBank
from partners.models.routing import Routing
from partners.rules.placing import (
    AFTER_SIGNING,
    DECIDED_BY_BANK,
    FELL_THROUGH,
    LIVE,
    PENDING,
    PlacementState,
    may_move,
)
from tenancy.models import (
    ApprovalRequest,
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    uuid_key,
)
from tenancy.rules.transitions import InvalidTransition

if TYPE_CHECKING:
    from tenancy.actors import Actor

STATES = [
    (PlacementState.ROUTED.value, _("Routed")),
    (PlacementState.SUBMITTED.value, _("Submitted to the bank")),
    (PlacementState.ACKED.value, _("Received by the bank")),
    (PlacementState.INFO_REQUESTED.value, _("The bank asks for more")),
    (PlacementState.INFO_PROVIDED.value, _("Answered the bank")),
    (PlacementState.APPROVED.value, _("Approved by the bank")),
    (PlacementState.COUNTERED.value, _("Counter-offer by the bank")),
    (PlacementState.DECLINED.value, _("Declined by the bank")),
    (PlacementState.TIMED_OUT.value, _("The bank did not answer")),
    (PlacementState.CANCELLED.value, _("Cancelled")),
    (PlacementState.REFUSED.value, _("Refused by the borrower")),
    (PlacementState.SIGNED.value, _("Contract signed")),
    (PlacementState.FUNDING_REQUESTED.value, _("Funds asked for")),
    (PlacementState.FUNDED.value, _("Funded")),
    (PlacementState.DISBURSED.value, _("Paid out")),
    (PlacementState.DISBURSE_FAILED.value, _("Payment failed")),
    (PlacementState.BOOKED.value, _("Booked on both books")),
    (PlacementState.CLOSED.value, _("Closed")),
    (PlacementState.COMPENSATED.value, _("Compensated")),
    (PlacementState.BOUGHT_BACK.value, _("Bought back")),
    (PlacementState.WRITTEN_OFF.value, _("Written off")),
]


def _listed(states: Iterable[PlacementState]) -> list[str]:
    """Sorted: a set would change the migration at random."""
    return sorted(state.value for state in states)


_OVER = frozenset(
    {
        PlacementState.CLOSED,
        PlacementState.COMPENSATED,
        PlacementState.BOUGHT_BACK,
        PlacementState.WRITTEN_OFF,
    }
)
NOT_COMMITTED = [*_listed(FELL_THROUGH), *_listed(_OVER)]


class PlacementQuerySet(TenantQuerySet["Placement"]):
    """Placements by where they stand."""

    def pending(self) -> PlacementQuerySet:
        """Before the bank, and not answered."""
        return self.filter(status__in=_listed(PENDING))

    def live(self) -> PlacementQuerySet:
        """Those that occupy their application: not fallen through, not yet signed."""
        return self.filter(status__in=_listed(LIVE))

    def committed(self) -> PlacementQuerySet:
        """What binds the bank's money: neither fallen through nor over."""
        return self.exclude(status__in=NOT_COMMITTED)

    def late(self, at: datetime) -> PlacementQuerySet:
        """Pending past the bank's time."""
        return self.pending().filter(respond_by__lte=at)


class Placement(TenantModel):
    """
    One application before one bank, at the terms that it was placed with.

    What was asked for is frozen by a trigger; `APPROVED`, `COUNTERED` and `DECLINED` are
    refused by the database unless the bank's decision of that kind lies beside it.
    """

    id = uuid_key()
    number = models.CharField(_("number"), max_length=24)
    application = TenantForeignKey(Application, models.PROTECT, related_name="placements")
    routing = TenantForeignKey(Routing, models.PROTECT, related_name="placements")
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="placements")
    version = TenantForeignKey(AgreementVersion, models.PROTECT, related_name="placements")
    status = models.CharField(
        _("status"), max_length=17, choices=STATES, default=PlacementState.ROUTED.value
    )
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    annual_rate = models.DecimalField(_("annual rate"), max_digits=12, decimal_places=8)
    term = models.PositiveSmallIntegerField(_("term"))
    term_unit = models.CharField(_("term in"), max_length=6, choices=TermUnit)
    bank_ratio_bp = models.PositiveSmallIntegerField(_("the bank's part, bp"))
    routed_at = models.DateTimeField(_("routed"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    # The bank's time is over then; providing what it asked for starts it anew.
    respond_by = models.DateTimeField(_("answer due"), null=True, blank=True)
    # No decision may be valid for longer: what was asked for then lapses.
    expires_at = models.DateTimeField(_("expires"))
    acked_at = models.DateTimeField(_("received by the bank"), null=True, blank=True)
    bank_reference = models.CharField(_("the bank's reference"), max_length=80, blank=True)
    # What the bank asked for last: `[{code, text}]`.
    info_items = models.JSONField(
        pgettext_lazy("information", "asked for"), default=list, blank=True
    )
    info_due_on = models.DateField(_("asked for by"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    ended_at = models.DateTimeField(_("fell through"), null=True, blank=True)

    objects = TenantManager.from_queryset(PlacementQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="partners_placement_number"),
            # Before one bank at a time: each recipient needs its own consent.
            models.UniqueConstraint(
                fields=["tenant", "application"],
                condition=Q(status__in=_listed(LIVE)),
                name="partners_placement_one_live",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, term__gt=0, annual_rate__gte=0, bank_ratio_bp__gt=0),
                name="partners_placement_asks_something",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ROUTED", "CANCELLED"])
                | Q(submitted_at__isnull=False, respond_by__isnull=False),
                name="partners_placement_submitted",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ROUTED", "SUBMITTED", "CANCELLED", "TIMED_OUT"])
                | Q(acked_at__isnull=False),
                name="partners_placement_acked",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_listed(DECIDED_BY_BANK | AFTER_SIGNING))
                | Q(decided_at__isnull=False),
                name="partners_placement_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_listed(PENDING)) | Q(decided_at__isnull=True),
                name="partners_placement_pending_is_undecided",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_listed(FELL_THROUGH), ended_at__isnull=False)
                | (~Q(status__in=_listed(FELL_THROUGH)) & Q(ended_at__isnull=True)),
                name="partners_placement_ended_iff_fell_through",
            ),
            models.CheckConstraint(
                condition=~Q(status="INFO_REQUESTED") | ~Q(info_items=[]),
                name="partners_placement_asked_for_something",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("routed_at")),
                name="partners_placement_expires_later",
            ),
        ]
        indexes = [
            # The bank's inbox, newest last.
            models.Index(fields=["tenant", "bank", "status", "id"], name="partners_inbox"),
            models.Index(
                fields=["tenant", "respond_by"],
                condition=Q(status__in=_listed(PENDING)),
                name="partners_placement_late",
            ),
            # What is committed with each bank is summed from the index alone.
            models.Index(
                fields=["tenant", "bank"],
                include=["amount", "bank_ratio_bp"],
                condition=~Q(status__in=NOT_COMMITTED),
                name="partners_committed",
            ),
            # Has this bank declined him lately? How much of the month went to whom?
            models.Index(fields=["tenant", "bank", "routed_at"], name="partners_placement_when"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_pending(self) -> bool:
        """Whether the bank still has to answer."""
        return self.status in PENDING

    @property
    def decision(self) -> BankDecision | None:
        """What the bank decided; there is at most one."""
        return self.decisions.first()

    def move_to(
        self,
        state: PlacementState,
        *,
        at: datetime,
        actor: Actor,
        reason: str = "",
        facts: Mapping[str, Any] | None = None,
        also: Iterable[str] = (),
    ) -> None:
        """
        Change the state and write it into the history. Hold the row lock.

        :param facts: what goes with the step, as JSON; no personal number
        :param also: other fields that the caller changed and wants saved in the same statement
        :raises InvalidTransition: where the table knows no such way
        """
        before = PlacementState(self.status)
        if not may_move(before, state):
            raise InvalidTransition(f"{self}: {before} to {state}")
        changed = {"status", *also}
        self.status = state.value
        if state in FELL_THROUGH:
            self.ended_at = at
            changed.add("ended_at")
        if state in DECIDED_BY_BANK:
            self.decided_at = at
            changed.add("decided_at")
        self.save(update_fields=sorted(changed))
        PlacementEvent.write(self, before, at=at, actor=actor, reason=reason, facts=facts or {})


class PlacementEvent(TenantModel):
    """One step of a placement; append-only."""

    id = models.BigAutoField(primary_key=True)
    placement = TenantForeignKey(Placement, models.PROTECT, related_name="events")
    # Empty for the first: the placement was made.
    from_status = models.CharField(_("from"), max_length=17, choices=STATES, blank=True)
    to_status = models.CharField(_("to"), max_length=17, choices=STATES)
    at = models.DateTimeField(_("at"))
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=100, blank=True)
    actor_name = models.CharField(_("by"), max_length=150)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("step of a placement")
        verbose_name_plural = _("steps of placements")

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"

    @classmethod
    def write(
        cls,
        placement: Placement,
        before: PlacementState | None,
        *,
        at: datetime,
        actor: Actor,
        reason: str,
        facts: Mapping[str, Any],
    ) -> PlacementEvent:
        """Append the step that the placement has just taken."""
        return cls.objects.create(
            placement=placement,
            from_status=before.value if before else "",
            to_status=placement.status,
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason[:500],
            facts=dict(facts),
        )


class DecisionResult(models.TextChoices):
    """What a bank decides."""

    APPROVE = "APPROVE", _("Approve")
    COUNTER = "COUNTER", _("Counter-offer")
    DECLINE = "DECLINE", _("Decline")


class DecidedBy(models.TextChoices):
    """How the bank came to it."""

    AUTO = "AUTO", _("by machine")
    MANUAL = "MANUAL", _("by a person")


class BankDecision(TenantModel):
    """
    A bank's own decision on a placement; append-only, one a placement.

    The database asks for one of two proofs: a live credential of that very bank, or an approved
    request by two people who hold the bank's paper.
    """

    id = uuid_key()
    placement = TenantForeignKey(Placement, models.PROTECT, related_name="decisions")
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="+")
    # The bank's own key of it.
    decision_id = models.CharField(_("the bank's key"), max_length=80)
    result = models.CharField(_("result"), max_length=7, choices=DecisionResult)
    decided_at = models.DateTimeField(_("decided"))
    received_at = models.DateTimeField(_("received"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    amount = MoneyField(_("amount"), null=True, blank=True)
    term = models.PositiveSmallIntegerField(_("term"), null=True, blank=True)
    term_unit = models.CharField(_("term in"), max_length=6, choices=TermUnit, blank=True)
    annual_rate = models.DecimalField(
        _("annual rate"), max_digits=12, decimal_places=8, null=True, blank=True
    )
    penalty_rate = models.DecimalField(
        _("annual penalty rate"), max_digits=12, decimal_places=8, null=True, blank=True
    )
    schedule_type = models.CharField(_("repayment"), max_length=20, blank=True)
    bank_ratio_bp = models.PositiveSmallIntegerField(_("the bank's part, bp"), null=True)
    # `[{code, text, before}]` and `[{code, text, disclose_to_borrower}]`.
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    decided_by = models.CharField(_("decided"), max_length=6, choices=DecidedBy)
    model_version = models.CharField(_("model version"), max_length=80, blank=True)
    # Of all that the bank sent: tells a repetition from a contradiction.
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    credential = TenantForeignKey(
        BankCredential, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approval = TenantForeignKey(
        ApprovalRequest, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("bank decision")
        verbose_name_plural = _("bank decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "bank", "decision_id"], name="partners_decision_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "placement"], name="partners_decision_one_a_placement"
            ),
            models.CheckConstraint(
                condition=Q(credential__isnull=False, approval__isnull=True)
                | Q(credential__isnull=True, approval__isnull=False),
                name="partners_decision_by_the_bank",
            ),
            models.CheckConstraint(
                condition=Q(result="DECLINE")
                | Q(
                    amount__gt=0,
                    term__gt=0,
                    annual_rate__gte=0,
                    valid_until__isnull=False,
                    bank_ratio_bp__gt=0,
                ),
                name="partners_decision_has_terms",
            ),
        ]

    def __str__(self) -> str:
        return self.decision_id
