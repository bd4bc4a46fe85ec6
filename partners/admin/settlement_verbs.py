"""The buttons of a settlement: a day settled, corrected, paid, reconciled; a bank's file taken."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.actions import daily, paying, reconciliation, settlements
from partners.models import (
    PartnerBank,
    PartnerPayment,
    PartnerPaymentStatus,
    RunStatus,
    Settlement,
    SettlementStatus,
)
from tenancy.actions import audit, outbox
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission
from tenancy.templatetags.figures import money


class ConfirmForm(VerbForm):
    """What the bank says of the payment."""

    bank_ref = forms.CharField(max_length=80)
    value_date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Say what is to be paid."""
        self.fields["bank_ref"].label = _("Bank reference")
        day = self.fields["value_date"]
        day.label = _("Value date")
        day.initial = (self.row.on + timedelta(days=1)).isoformat()
        day.help_text = _("%(net)s are to be paid") % {
            "net": money(abs(self.row.net), self.row.currency)
        }


class BankFileForm(VerbForm):
    """A bank's file as it came."""

    bank = forms.ModelChoiceField(PartnerBank.objects.none())
    file = forms.FileField(max_length=200)
    field_order = ("bank", "file")

    def prepare(self) -> None:
        """Offer the banks; say what fits."""
        bank, file = self.fields["bank"], self.fields["file"]
        bank.label, file.label = _("Bank"), _("File")
        bank.queryset = PartnerBank.objects.order_by("code")  # type: ignore[attr-defined]
        file.help_text = _("Named {bank}_{type}_{YYYYMMDD}_{seq}.csv, at most 64 MB")
        file.widget.attrs["accept"] = ".csv,text/csv"


def _settle(act: Act) -> str:
    """Hand it to a worker: it is one transaction a bank, and a page has one."""
    on = (act.on - timedelta(days=1)).isoformat()
    audit.record(actor=act.actor, at=act.at, action="settlement.ask", changes={"on": on})
    outbox.enqueue("partners.settle", business_date=on)
    return _("A worker settles %s now") % on


def _correct(act: Act) -> str:
    daily.correct(
        actor=act.actor, at=act.at, settlement_id=act.row.pk, reason=act.values["reason"]
    )
    return gettext("What differs is published again")


def _confirm(act: Act) -> str:
    payment = PartnerPayment.objects.get(settlement=act.row, status=PartnerPaymentStatus.PENDING)
    paying.confirm(
        actor=act.actor,
        at=act.at,
        payment_id=payment.pk,
        bank_ref=act.values["bank_ref"],
        value_date=act.values["value_date"],
    )
    return _("%s is paid") % payment


def _reconcile(act: Act) -> str:
    settlements.reconcile(actor=act.actor, at=act.at, settlement_id=act.row.pk)
    return gettext("The day is reconciled")


def _take(act: Act) -> str:
    file = act.values["file"]
    run = reconciliation.take(
        actor=act.actor,
        at=act.at,
        on=act.on,
        bank_id=act.values["bank"].pk,
        file_name=file.name,
        content=file.read(),
    )
    if run.status == RunStatus.REFUSED:
        return _("%(file)s is kept, but cannot be used: %(faults)d faults") % {
            "file": run,
            "faults": run.faults_found,
        }
    return _("%(file)s is compared: %(matched)d rows agree, %(breaks)d differ") % {
        "file": run,
        "matched": run.rows_matched,
        "breaks": run.breaks_found,
    }


TAKE = Verb("take", _("Take a bank's file"), Permission.SETTLEMENT_RUN, _take, BankFileForm)
LIST_VERBS = (
    Verb(
        "settle", _("Settle the last day"), Permission.SETTLEMENT_RUN, _settle,
        explains=_("Figures, files and the instruction to pay; what is settled stays as it is."),
        tone="go",
    ),
    TAKE,
)  # fmt: skip


def _is_payable(row: Settlement) -> bool:
    return row.status == SettlementStatus.PUBLISHED and row.net != 0


def _is_closable(row: Settlement) -> bool:
    is_nothing_due = row.status == SettlementStatus.PUBLISHED and row.net == 0
    return row.status == SettlementStatus.PAID or is_nothing_due


ROW_VERBS = (
    Verb(
        "confirm", _("Confirm the payment"), Permission.SETTLEMENT_RUN, _confirm, ConfirmForm,
        _is_payable, tone="go",
    ),
    Verb(
        "reconcile", _("Close the day"), Permission.SETTLEMENT_RUN, _reconcile,
        is_due=_is_closable,
        explains=_("Possible once somebody looks into every difference of the day."), tone="go",
    ),
    Verb(
        "correct", _("Publish again"), Permission.SETTLEMENT_RUN, _correct, ReasonForm,
        lambda row: row.status != SettlementStatus.DRAFT,
        _("Files that differ get the next number and supersede their former."),
    ),
)  # fmt: skip
