"""Villagers who know each other, asked one by one what they think of a household."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rural.rules import panel as rules
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step


class PanelScale(TenantModel):
    """
    How ballots become a grade, from a day on; a lender's data.

    `levels` is a list in falling order: {"grade", "min_score", "is_lendable"}, the last from 0.
    """

    id = uuid_key()
    effective_from = models.DateField(_("in force from"))
    character = models.DecimalField(_("weight of character"), max_digits=5, decimal_places=2)
    diligence = models.DecimalField(_("weight of diligence"), max_digits=5, decimal_places=2)
    harmony = models.DecimalField(_("weight of harmony"), max_digits=5, decimal_places=2)
    rumour = models.DecimalField(_("weight of rumoured debts"), max_digits=5, decimal_places=2)
    trim = models.DecimalField(_("part cut off at each end"), max_digits=4, decimal_places=3)
    min_ballots = models.PositiveSmallIntegerField(_("fewest ballots"))
    levels = models.JSONField(_("grades"))
    valid_months = models.PositiveSmallIntegerField(_("months that a result is valid"))
    notice_days = models.PositiveSmallIntegerField(_("days between notice and publication"))
    source = models.CharField(_("source"), max_length=300)

    class Meta(TenantModel.Meta):
        verbose_name = _("panel scale")
        verbose_name_plural = _("panel scales")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "effective_from"], name="rural_panelscale_per_day"
            ),
            models.CheckConstraint(
                condition=Q(trim__range=(0, "0.499"), min_ballots__gte=3),
                name="rural_panelscale_sensible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"

    def as_rule(self) -> rules.Scale:
        """The scale as the arithmetic reads it."""
        return rules.Scale(
            character=self.character,
            diligence=self.diligence,
            harmony=self.harmony,
            rumour=self.rumour,
            trim=self.trim,
            min_ballots=self.min_ballots,
            levels=rules.levels(self.levels),
        )


class PanelStatus(models.TextChoices):
    """Where a session stands."""

    OPEN = "OPEN", _("Voting")
    CLOSED = "CLOSED", _("Closed, graded")
    NOTIFIED = "NOTIFIED", _("Households told")
    PUBLISHED = "PUBLISHED", _("Published")


PANEL_TRANSITIONS: dict[PanelStatus, frozenset[PanelStatus]] = {
    PanelStatus.OPEN: frozenset({PanelStatus.CLOSED}),
    PanelStatus.CLOSED: frozenset({PanelStatus.NOTIFIED}),
    PanelStatus.NOTIFIED: frozenset({PanelStatus.PUBLISHED}),
}


class PanelSession(TenantModel):
    """
    One sitting of a village panel over a list of households.

    While it is open nobody reads a ballot, an evaluator's own screen least of all.
    """

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    village = TenantForeignKey("rural.Village", related_name="+", verbose_name=_("village"))
    scale = TenantForeignKey(PanelScale, related_name="+", verbose_name=_("panel scale"))
    status = models.CharField(
        _("status"), max_length=9, choices=PanelStatus, default=PanelStatus.OPEN
    )
    opened_on = models.DateField(_("opened on"))
    opened_by = models.CharField(_("opened by"), max_length=150)
    closed_on = models.DateField(_("closed on"), null=True)
    notified_on = models.DateField(_("households told on"), null=True)
    published_on = models.DateField(_("published on"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("panel session")
        verbose_name_plural = _("panel sessions")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_panel_code"),
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_on__isnull=True)
                | (~Q(status="OPEN") & Q(closed_on__isnull=False)),
                name="rural_panel_closed_iff_over",
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED")
                | Q(published_on__isnull=False, notified_on__isnull=False),
                name="rural_panel_notice_before_publication",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def move_to(self, status: PanelStatus) -> None:
        """
        Change the status in memory; hold the row lock and save the facts that go with it.

        :raises InvalidTransition: if the transition table does not have this step
        """
        before = PanelStatus(self.status)
        require_step(PANEL_TRANSITIONS, before, status, of=self)
        self.status = status


class PanelHousehold(TenantModel):
    """A household that a session is asked about."""

    id = models.BigAutoField(primary_key=True)
    session = TenantForeignKey(PanelSession, related_name="households")
    household = TenantForeignKey(
        "rural.Household", related_name="panels", verbose_name=_("household")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("household before a panel")
        verbose_name_plural = _("households before a panel")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "session", "household"], name="rural_panelhousehold_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.household)


class Evaluator(TenantModel):
    """Somebody who votes in a session, known on paper by a code only."""

    id = uuid_key()
    session = TenantForeignKey(PanelSession, related_name="evaluators")
    code = models.CharField(_("code"), max_length=20)

    class Meta(TenantModel.Meta):
        verbose_name = _("evaluator")
        verbose_name_plural = _("evaluators")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "session", "code"], name="rural_evaluator_code"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Recusal(TenantModel):
    """A household on which an evaluator has no vote: his own, or his kin's."""

    id = models.BigAutoField(primary_key=True)
    evaluator = TenantForeignKey(Evaluator, related_name="recusals")
    household = TenantForeignKey("rural.Household", related_name="+", verbose_name=_("household"))

    class Meta(TenantModel.Meta):
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "evaluator", "household"], name="rural_recusal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator} / {self.household}"


class DebtRumour(models.TextChoices):
    """How much debt the village believes a household to have."""

    NONE = rules.Rumour.NONE.value, _("None")
    SOME = rules.Rumour.SOME.value, _("Some")
    MANY = rules.Rumour.MANY.value, _("Many")


class VetoReason(models.TextChoices):
    """Why an evaluator says no, whatever the marks."""

    GAMBLING = rules.Veto.GAMBLING.value, _("Gambling")
    DRUGS = rules.Veto.DRUGS.value, _("Drugs")
    DEFAULTER = rules.Veto.DEFAULTER.value, _("Known defaulter")
    LITIGATION = rules.Veto.LITIGATION.value, _("Litigation")


class Ballot(TenantModel):
    """One evaluator's opinion of one household; append-only, unread until the session closes."""

    id = uuid_key()
    session = TenantForeignKey(PanelSession, related_name="ballots")
    household = TenantForeignKey("rural.Household", related_name="+", verbose_name=_("household"))
    evaluator = TenantForeignKey(Evaluator, related_name="ballots", verbose_name=_("evaluator"))
    submission = TenantForeignKey(
        "rural.Submission", null=True, related_name="+", verbose_name=_("submission")
    )
    is_known = models.BooleanField(_("knows the household"))
    character = models.PositiveSmallIntegerField(_("character"), null=True)
    diligence = models.PositiveSmallIntegerField(_("diligence"), null=True)
    harmony = models.PositiveSmallIntegerField(_("family harmony"), null=True)
    rumour = models.CharField(_("rumoured debts"), max_length=4, choices=DebtRumour, blank=True)
    suggested_cap = models.CharField(_("suggested cap"), max_length=20, blank=True)
    veto = models.CharField(_("veto"), max_length=10, choices=VetoReason, blank=True)
    has_evidence = models.BooleanField(_("with evidence"), default=False)
    cast_at = models.DateTimeField(_("cast"))

    class Meta(TenantModel.Meta):
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "submission"], name="rural_ballot_per_form"),
            models.UniqueConstraint(
                fields=["tenant", "session", "household", "evaluator"], name="rural_ballot_once"
            ),
            models.CheckConstraint(
                condition=Q(is_known=False, character=None, diligence=None, harmony=None, veto="")
                | Q(
                    is_known=True,
                    character__range=(1, 5),
                    diligence__range=(1, 5),
                    harmony__range=(1, 5),
                )
                & ~Q(rumour=""),
                name="rural_ballot_marks_iff_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator} / {self.household}"

    def as_rule(self) -> rules.Ballot:
        """The ballot as the arithmetic reads it."""
        if not self.is_known:
            return rules.Ballot(is_known=False)
        return rules.Ballot(
            is_known=True,
            character=self.character or 0,
            diligence=self.diligence or 0,
            harmony=self.harmony or 0,
            rumour=rules.Rumour(self.rumour),
            veto=rules.Veto(self.veto) if self.veto else None,
            has_evidence=self.has_evidence,
        )


class PanelOutcome(models.TextChoices):
    """What became of the voting on a household."""

    GRADED = rules.Outcome.GRADED.value, _("Graded")
    VETOED = rules.Outcome.VETOED.value, _("Vetoed")
    TOO_FEW = rules.Outcome.TOO_FEW.value, _("Too few who know the household")


class PanelResult(TenantModel):
    """What a panel said of a household, valid for some months; append-only."""

    id = uuid_key()
    session = TenantForeignKey(PanelSession, related_name="results")
    household = TenantForeignKey(
        "rural.Household", related_name="panel_results", verbose_name=_("household")
    )
    outcome = models.CharField(_("outcome"), max_length=7, choices=PanelOutcome)
    counted = models.PositiveSmallIntegerField(_("ballots counted"))
    abstained = models.PositiveSmallIntegerField(_("abstentions"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    grade = models.CharField(_("grade"), max_length=10, blank=True)
    is_lendable = models.BooleanField(_("lendable"))
    veto = models.CharField(_("veto"), max_length=10, choices=VetoReason, blank=True)
    decided_on = models.DateField(_("decided on"))
    valid_until = models.DateField(_("valid until"))

    class Meta(TenantModel.Meta):
        verbose_name = _("panel result")
        verbose_name_plural = _("panel results")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "session", "household"], name="rural_panelresult_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="graded", score__isnull=False) & ~Q(grade="")
                | ~Q(outcome="graded") & Q(score__isnull=True, grade="", is_lendable=False),
                name="rural_panelresult_graded",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("decided_on")), name="rural_panelresult_valid"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "household", "-decided_on"], name="rural_panelresult_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.household}: {self.grade or self.get_outcome_display()}"


def opened_code(village_code: str, at: datetime) -> str:
    """Return a session's code: the village and the moment."""
    return f"{village_code}-{at:%y%m%d%H%M%S}"
