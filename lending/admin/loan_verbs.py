"""The buttons of a loan: money in, taking back, charging."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lending.actions import fees, repayment, rescheduling
from lending.models import EventKind, LoanEvent, LoanStatus
from lending.queries import loans
from tenancy.admin.access import business_date
from tenancy.admin.documents import document_verb
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission
from tenancy.templatetags.figures import money

REVERSIBLE = (EventKind.REPAID, EventKind.FEE_CHARGED)


class MoneyForm(VerbForm):
    """An amount with a value date."""

    amount = forms.DecimalField(max_digits=20, decimal_places=4)
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Begin with what is due today."""
        today = business_date(self.request)
        amount, day = self.fields["amount"], self.fields["on"]
        amount.label = _("Amount in %s") % self.row.currency
        amount.widget.attrs["inputmode"] = "decimal"
        day.label, day.initial = _("Value date"), today.isoformat()
        day.help_text = _("At the latest the business date, %s") % today.isoformat()


class RepayForm(MoneyForm):
    """What came in."""

    def prepare(self) -> None:
        """Say what is due now, and what would settle the loan."""
        super().prepare()
        if self.row.status not in (LoanStatus.ACTIVE, LoanStatus.CLOSED):
            return
        state = loans.state(self.row, on=business_date(self.request))
        self.fields["amount"].initial = f"{state.due_now or state.balances.payoff:.2f}"
        self.fields["amount"].help_text = _("Due now %(due)s, to settle %(payoff)s") % {
            "due": money(state.due_now),
            "payoff": money(state.balances.payoff),
        }


class ChargeForm(MoneyForm, ReasonForm):
    """A fee, and what for."""

    field_order = ("amount", "on", "reason")

    def prepare(self) -> None:
        """Name every field."""
        MoneyForm.prepare(self)
        ReasonForm.prepare(self)


class DatesField(forms.CharField):
    """Days as people write them, one after the other; what is no day is named."""

    def clean(self, value: Any) -> list[date]:
        """Return the days in the order in which they were written."""
        days = []
        for told in str(super().clean(value)).replace(",", " ").split():
            try:
                days.append(date.fromisoformat(told))
            except ValueError as error:
                raise forms.ValidationError(
                    _("“%s” is no day; write days as 2027-01-20") % told
                ) from error
        return days


class RescheduleForm(ReasonForm):
    """The new due dates, from which day on, and why."""

    due_dates = DatesField(widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("due_dates", "on", "reason")

    def prepare(self) -> None:
        """Name every field, and show the dates that are there."""
        super().prepare()
        today = business_date(self.request)
        dates, day = self.fields["due_dates"], self.fields["on"]
        dates.label = _("New due dates")
        dates.help_text = _("One after the other, such as 2027-01-20 2027-08-20")
        rows = self.row.instalments.filter(due_on__gt=today).order_by("number")
        dates.initial = " ".join(row.due_on.isoformat() for row in rows)
        day.label, day.initial = _("With effect from"), today.isoformat()
        day.help_text = _("At the latest the business date, %s") % today.isoformat()


class ReverseForm(ReasonForm):
    """Which event to take back, and why."""

    event = forms.ChoiceField()
    field_order = ("event", "reason")

    def prepare(self) -> None:
        """Offer what can still be taken back, the latest first."""
        super().prepare()
        held = LoanEvent.objects.filter(loan=self.row)
        taken_back = held.filter(reverses__isnull=False).values("reverses")
        rows = held.filter(kind__in=REVERSIBLE).exclude(pk__in=taken_back).order_by("-sequence")
        field = self.fields["event"]
        field.label = _("Event")
        field.choices = [  # type: ignore[attr-defined]
            (
                str(row.pk),
                f"{row.sequence} · {row.get_kind_display()} · "
                f"{row.effective_on.isoformat()} · {money(row.amount)}",
            )
            for row in rows
        ]


def _repay(act: Act) -> str:
    amount: Decimal = act.values["amount"]
    repayment.receive(
        loan_id=act.row.pk,
        amount=amount,
        on=act.values["on"],
        key=f"page-{act.values['key']}",
        at=act.at,
        actor=act.actor,
    )
    return _("%s is booked") % money(amount, act.row.currency)


def _charge(act: Act) -> str:
    amount: Decimal = act.values["amount"]
    fees.charge(
        loan_id=act.row.pk,
        amount=amount,
        on=act.values["on"],
        reason=act.values["reason"],
        key=f"page-{act.values['key']}",
        at=act.at,
        actor=act.actor,
    )
    return _("A fee of %s is charged") % money(amount, act.row.currency)


def _reverse(act: Act) -> str:
    repayment.reverse(
        loan_id=act.row.pk,
        event_id=act.values["event"],
        key=f"page-{act.values['key']}",
        reason=act.values["reason"],
        at=act.at,
        actor=act.actor,
    )
    return str(_("The event is reversed; the difference is posted today"))


def _ask_to_reschedule(act: Act) -> str:
    rescheduling.ask(
        loan_id=act.row.pk,
        due_dates=act.values["due_dates"],
        on=act.values["on"],
        reason=act.values["reason"],
        at=act.at,
        actor=act.actor,
    )
    return str(_("A second person, and the bank that lends along, are asked"))


VERBS = (
    Verb(
        "repay", _("Receive a repayment"), Permission.LOAN_REPAY, _repay, RepayForm,
        lambda row: row.status == LoanStatus.ACTIVE,
        _("Pays penalty, fees, interest and principal, the oldest instalment first."), "go",
    ),
    Verb(
        "charge", _("Charge a fee"), Permission.LOAN_CHARGE, _charge, ChargeForm,
        lambda row: row.status == LoanStatus.ACTIVE,
    ),
    Verb(
        "reschedule", _("Put on new dates"), Permission.LOAN_RESCHEDULE, _ask_to_reschedule,
        RescheduleForm, lambda row: row.status == LoanStatus.ACTIVE,
        _("After a drought or another mishap. Nothing is forgiven: interest runs on."),
    ),
    document_verb(),
    Verb(
        "reverse", _("Reverse an event"), Permission.LOAN_REVERSE, _reverse, ReverseForm,
        lambda row: row.status in (LoanStatus.ACTIVE, LoanStatus.CLOSED),
        _("As if it had never been; the books get the difference as a new entry."), "stop",
    ),
)  # fmt: skip
