"""A bank's file against ours: the run, and each difference until it is explained."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.fields import MoneyField
from partners.models.bank import PartnerBank
from partners.models.settlement import FILE_KINDS, Settlement
from partners.rules.breaks import BreakType
from tenancy.models import (
    Document,
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    uuid_key,
)
from tenancy.rules.transitions import require_step

BREAK_TYPES = [
    (BreakType.ROUNDING.value, _("Rounding")),
    (BreakType.VALUE_DATE.value, _("Value date")),
    (BreakType.MISSING_THEIRS.value, _("Missing in the bank's file")),
    (BreakType.MISSING_OURS.value, _("Missing in ours")),
    (BreakType.AMOUNT.value, _("Amount")),
    (BreakType.STATUS.value, _("Status")),
    (BreakType.DUPLICATE.value, _("Repeated")),
    (BreakType.CLASSIFICATION.value, _("Classification")),
]


class RunStatus(models.TextChoices):
    """What became of a bank's file."""

    COMPARED = "COMPARED", _("Compared")
    REFUSED = "REFUSED", _("Refused")


class ReconRun(TenantModel):
    """
    One file of a bank, read and compared with ours; append-only.

    `REFUSED`: the file as a whole is not what it says, so nothing was compared; `faults` tell
    why, by line and field. Bad rows alone are faults too, and the good ones are compared.
    """

    id = uuid_key()
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="recon_runs")
    # None where we have not settled that day with the bank.
    settlement = TenantForeignKey(Settlement, models.PROTECT, null=True, related_name="recon_runs")
    kind = models.CharField(_("kind"), max_length=20, choices=FILE_KINDS)
    on = models.DateField(_("business date"))
    seq = models.PositiveIntegerField(_("sequence"))
    file_name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(_("content hash"), max_length=64)
    document = TenantForeignKey(Document, models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=8, choices=RunStatus)
    rows_ours = models.PositiveIntegerField(_("our rows"))
    rows_theirs = models.PositiveIntegerField(_("their rows"))
    rows_matched = models.PositiveIntegerField(_("agree"))
    breaks_found = models.PositiveIntegerField(_("differences"))
    faults_found = models.PositiveIntegerField(_("faults"))
    # The first of them: `[{line, field, value, expected}]`.
    faults = models.JSONField(_("faults in the file"), default=list)
    taken_on = models.DateField(_("taken on"))
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.CharField(_("taken by"), max_length=120)
    supersedes = TenantForeignKey(
        "partners.ReconRun", models.PROTECT, null=True, related_name="corrections"
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("reconciliation run")
        verbose_name_plural = _("reconciliation runs")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "bank", "file_name", "sha256"], name="partners_recon_once"
            ),
            # A refused file does not use its name up: the bank sends it again, repaired.
            models.UniqueConstraint(
                fields=["tenant", "bank", "kind", "on", "seq"],
                condition=Q(status="COMPARED"),
                name="partners_recon_seq",
            ),
            models.UniqueConstraint(
                fields=["tenant", "supersedes"], name="partners_recon_superseded_once"
            ),
            models.CheckConstraint(
                condition=Q(status="COMPARED") | Q(faults_found__gt=0, breaks_found=0),
                name="partners_recon_refused_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "taken_on"], name="partners_recon_day"),
        ]

    def __str__(self) -> str:
        return self.file_name


class BreakStatus(models.TextChoices):
    """How far the explaining has come."""

    OPEN = "OPEN", _("Nobody's yet")
    HELD = "HELD", _("Held until it clears")
    ASSIGNED = "ASSIGNED", _("Being looked into")
    RESOLVED = "RESOLVED", _("Resolved")
    WRITTEN_OFF = "WRITTEN_OFF", _("Written off")


_DONE = frozenset({BreakStatus.RESOLVED, BreakStatus.WRITTEN_OFF})
BREAK_TRANSITIONS: dict[BreakStatus, frozenset[BreakStatus]] = {
    BreakStatus.OPEN: frozenset({BreakStatus.ASSIGNED, *_DONE}),
    BreakStatus.HELD: frozenset({BreakStatus.ASSIGNED, BreakStatus.RESOLVED}),
    # Handing it on to somebody else is a step too.
    BreakStatus.ASSIGNED: frozenset({BreakStatus.ASSIGNED, *_DONE}),
    BreakStatus.RESOLVED: frozenset(),
    BreakStatus.WRITTEN_OFF: frozenset(),
}


class BreakQuerySet(TenantQuerySet["Break"]):
    """Breaks by what is left to do."""

    def unresolved(self) -> BreakQuerySet:
        """Not yet explained."""
        return self.exclude(status__in=sorted(_DONE))

    def unassigned(self) -> BreakQuerySet:
        """Waiting for somebody to take them: what keeps a day from closing."""
        return self.filter(status=BreakStatus.OPEN)

    def late(self, today: date) -> BreakQuerySet:
        """Unresolved past the day by which they should be."""
        return self.unresolved().filter(due_on__lt=today)


class Break(TenantModel):
    """
    One difference between a bank's file and ours, from the day it shows until it is explained.

    What was found is frozen by a trigger; status, owner and explanation move. `amount` is the
    bank's part by its file less the same by ours.
    """

    id = uuid_key()
    run = TenantForeignKey(ReconRun, models.PROTECT, related_name="breaks")
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="breaks")
    kind = models.CharField(_("kind of file"), max_length=20, choices=FILE_KINDS)
    on = models.DateField(_("business date"))
    type = models.CharField(_("difference"), max_length=16, choices=BREAK_TYPES)
    key = models.CharField(_("row"), max_length=140)
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    # `[{column, ours, theirs}]`; for a row without another, all its columns.
    differences = models.JSONField(_("differences"), default=list)
    line_ours = models.PositiveIntegerField(_("line in ours"), null=True)
    line_theirs = models.PositiveIntegerField(_("line in theirs"), null=True)
    status = models.CharField(_("status"), max_length=11, choices=BreakStatus)
    opened_on = models.DateField(_("opened on"))
    opened_at = models.DateTimeField(_("opened"))
    due_on = models.DateField(pgettext_lazy("difference", "due on"))
    owner = models.ForeignKey(
        "tenancy.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    is_automatic = models.BooleanField(_("resolved by itself"), default=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.CharField(_("resolved by"), max_length=120, blank=True)
    resolution = models.CharField(_("explanation"), max_length=500, blank=True)

    objects = TenantManager.from_queryset(BreakQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("reconciliation break")
        verbose_name_plural = _("reconciliation breaks")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="ASSIGNED", owner__isnull=False) | ~Q(status="ASSIGNED"),
                name="partners_break_assigned_has_owner",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=sorted(_DONE), resolved_at__isnull=False) & ~Q(resolution="")
                )
                | (~Q(status__in=sorted(_DONE)) & Q(resolved_at__isnull=True, resolution="")),
                name="partners_break_resolved_says_why",
            ),
            models.CheckConstraint(
                condition=Q(line_ours__isnull=False) | Q(line_theirs__isnull=False),
                name="partners_break_is_of_a_row",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "bank", "key"],
                condition=~Q(status__in=sorted(_DONE)),
                name="partners_break_unresolved",
            ),
            models.Index(fields=["tenant", "opened_on"], name="partners_break_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.key}"

    def move_to(self, status: BreakStatus) -> None:
        """
        Change the status; the caller saves it under the row's lock.

        :raises InvalidTransition: where the table knows no such way
        """
        require_step(BREAK_TRANSITIONS, BreakStatus(self.status), status, of=self)
        self.status = status

    @property
    def is_done(self) -> bool:
        """Whether it is explained, one way or the other."""
        return self.status in _DONE

    def age_days(self, today: date) -> int:
        """Days since it was found."""
        return (today - self.opened_on).days


class BreakResponse(TenantModel):
    """What the bank, or one of us, says about a break; append-only."""

    id = models.BigAutoField(primary_key=True)
    # `break` is a word of the language.
    about = TenantForeignKey(Break, models.PROTECT, related_name="responses")
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=120)
    is_banks = models.BooleanField(_("the bank's"))
    text = models.CharField(_("text"), max_length=1000)

    class Meta(TenantModel.Meta):
        verbose_name = _("response to a break")
        verbose_name_plural = _("responses to breaks")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="partners_response_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
