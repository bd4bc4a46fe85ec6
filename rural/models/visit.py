"""Visits to households: planned in the order of the way, made by two, and what was noticed."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rural.rules.visits import Calendar, Kind
from tenancy.models import (
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    uuid_key,
)
from tenancy.rules.transitions import require_step


class CalendarDay(TenantModel):
    """A day on which banks work, or rest, otherwise than its weekday says; published yearly."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("is worked"))
    name = models.CharField(_("name"), max_length=80)
    source = models.CharField(_("source"), max_length=300)

    class Meta(TenantModel.Meta):
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "day"], name="rural_calendarday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


def calendar() -> Calendar:
    """Return the room's working days."""
    rows = list(CalendarDay.objects.values_list("day", "is_working"))
    return Calendar(
        holidays=frozenset(day for day, is_working in rows if not is_working),
        working=frozenset(day for day, is_working in rows if is_working),
    )


class VisitKind(models.TextChoices):
    """What a visit is for; the visit form's words, and the survey before a loan."""

    SURVEY = "survey", _("Survey before the loan")
    FIRST = Kind.FIRST.value, _("First visit after the loan")
    QUARTERLY = Kind.QUARTERLY.value, _("Quarterly visit")
    PRE_HARVEST = Kind.PRE_HARVEST.value, _("Before the harvest")
    WARNING = Kind.WARNING.value, _("After a warning")
    OVERDUE = Kind.OVERDUE.value, _("Past due")


class VisitStatus(models.TextChoices):
    """Whether a visit has been made."""

    DUE = "DUE", _("Due")
    PLANNED = "PLANNED", _("Planned")
    DONE = "DONE", _("Done")
    CANCELLED = "CANCELLED", _("Cancelled")


VISIT_TRANSITIONS: dict[VisitStatus, frozenset[VisitStatus]] = {
    VisitStatus.DUE: frozenset({VisitStatus.PLANNED, VisitStatus.DONE, VisitStatus.CANCELLED}),
    # What was not reached that day is due again.
    VisitStatus.PLANNED: frozenset({VisitStatus.DUE, VisitStatus.DONE, VisitStatus.CANCELLED}),
}


class VisitPlan(TenantModel):
    """One officer's day in one village: which visits, in which order."""

    id = uuid_key()
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    village = TenantForeignKey("rural.Village", related_name="+", verbose_name=_("village"))
    day = models.DateField(_("day"))
    made_at = models.DateTimeField(_("made"))

    class Meta(TenantModel.Meta):
        verbose_name = _("visit plan")
        verbose_name_plural = _("visit plans")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "officer", "village", "day"], name="rural_visitplan_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.day}"


class VisitQuerySet(TenantQuerySet["Visit"]):
    """Visits by where they stand."""

    def open(self) -> VisitQuerySet:
        return self.filter(status__in=[VisitStatus.DUE, VisitStatus.PLANNED])

    def overdue(self, on: date) -> VisitQuerySet:
        return self.open().filter(due_on__lt=on)


class Visit(TenantModel):
    """
    One visit to a household, made by two different members of staff.

    `stop` is its place on the way of its plan, from 1.
    """

    id = uuid_key()
    household = TenantForeignKey(
        "rural.Household", related_name="visits", verbose_name=_("household")
    )
    loan = TenantForeignKey(
        "lending.Loan", null=True, blank=True, related_name="+", verbose_name=_("loan")
    )
    kind = models.CharField(_("kind"), max_length=11, choices=VisitKind)
    due_on = models.DateField(pgettext_lazy("visit", "due on"))
    status = models.CharField(
        _("status"), max_length=9, choices=VisitStatus, default=VisitStatus.DUE
    )
    plan = TenantForeignKey(
        VisitPlan, null=True, blank=True, related_name="visits", verbose_name=_("visit plan")
    )
    stop = models.PositiveSmallIntegerField(_("stop"), null=True)
    made_on = models.DateField(_("made on"), null=True)
    made_at = models.DateTimeField(_("recorded"), null=True)
    officer_id = models.CharField(max_length=80, blank=True, editable=False)
    officer_name = models.CharField(_("officer"), max_length=150, blank=True)
    co_officer_id = models.CharField(max_length=80, blank=True, editable=False)
    co_officer_name = models.CharField(_("second officer"), max_length=150, blank=True)
    submission = TenantForeignKey(
        "rural.Submission", null=True, related_name="+", verbose_name=_("submission")
    )

    objects = TenantManager.from_queryset(VisitQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "submission"], name="rural_visit_per_form"),
            models.UniqueConstraint(
                fields=["tenant", "loan", "kind", "due_on"], name="rural_visit_once"
            ),
            models.CheckConstraint(
                condition=Q(status="DONE", made_on__isnull=False, made_at__isnull=False)
                & ~Q(officer_id="")
                | ~Q(status="DONE") & Q(made_on__isnull=True, made_at__isnull=True),
                name="rural_visit_done_iff_made",
            ),
            models.CheckConstraint(
                condition=Q(officer_id="") | ~Q(officer_id=F("co_officer_id")),
                name="rural_visit_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | ~Q(co_officer_id=""),
                name="rural_visit_signed_twice",
            ),
            models.CheckConstraint(
                condition=Q(status="PLANNED", plan__isnull=False, stop__isnull=False)
                | ~Q(status="PLANNED"),
                name="rural_visit_planned_has_stop",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "due_on"],
                condition=Q(status__in=["DUE", "PLANNED"]),
                name="rural_visit_open",
            ),
            models.Index(fields=["tenant", "household", "made_on"], name="rural_visit_of"),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.due_on}"

    def move_to(self, status: VisitStatus) -> None:
        """
        Change the status in memory; hold the row lock and save the facts that go with it.

        :raises InvalidTransition: if the transition table does not have this step
        """
        before = VisitStatus(self.status)
        require_step(VISIT_TRANSITIONS, before, status, of=self.pk)
        self.status = status


class SignalCode(TenantModel):
    """One early-warning signal of the catalogue that a visit may find; a lender's data."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    severity = models.PositiveSmallIntegerField(_("severity, 1 to 3"))

    class Meta(TenantModel.Meta):
        verbose_name = _("signal of the catalogue")
        verbose_name_plural = _("signals of the catalogue")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_signalcode_once"),
            models.CheckConstraint(
                condition=Q(severity__range=(1, 3)), name="rural_signalcode_severity"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VisitSignal(TenantModel):
    """One signal that a visit found; append-only."""

    id = models.BigAutoField(primary_key=True)
    visit = TenantForeignKey(Visit, related_name="signals", verbose_name=_("visit"))
    code = models.CharField(_("code"), max_length=40)
    severity = models.PositiveSmallIntegerField(_("severity, 1 to 3"))
    noted_on = models.DateField(_("noted on"))

    class Meta(TenantModel.Meta):
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "visit", "code"], name="rural_visitsignal_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code
