"""Commission: entries as they were made, statements with their approval."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.rules.calendar import add_months
from rural.actions import commission
from rural.admin.tables import Table
from rural.models import CommissionEntry, CommissionStatement, CommissionTariff, StatementStatus
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, link, related, tag
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.permissions import Permission
from tenancy.templatetags.figures import money

TONES = {StatementStatus.PREPARED: "warn", StatementStatus.PAID: "good"}


def _pay(act: Act) -> str:
    statement = commission.pay(actor=act.actor, at=act.at, on=act.on, statement_id=act.row.pk)
    return _("%(amount)s is paid") % {"amount": money(statement.paid, statement.currency)}


class RecoverForm(VerbForm):
    """How much came back, and why it was asked for."""

    amount = forms.DecimalField(max_digits=20, decimal_places=2)
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

    def prepare(self) -> None:
        """Name the fields, and say what is owed."""
        self.fields["amount"].label = _("Amount in %s") % self.row.currency
        self.fields["amount"].help_text = _("%s was carried on") % money(
            self.row.carried, self.row.currency
        )
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        self.fields["reason"].label = _("Reason")


def _recover(act: Act) -> str:
    commission.recover(
        actor=act.actor, at=act.at, on=act.on, partner_id=act.row.partner_id,
        amount=act.values["amount"], currency=act.row.currency, reason=act.values["reason"],
        key=act.values["key"],
    )  # fmt: skip
    return _("The repayment is booked")


@admin.register(CommissionStatement)
class CommissionStatementAdmin(RoomModelAdmin):
    """Each partner's months."""

    # Not the permission that lets a partner see his own: these are everybody's.
    view_permission = Permission.VILLAGE_VIEW
    page_template = "rural/tables.html"
    list_display = (
        "shown_month",
        related("partner", gettext_lazy("village partner")),
        "shown_payable",
        "shown_carried",
        "shown_status",
        "paid_on",
    )
    list_filter = ("status",)
    list_select_related = ("partner",)
    search_fields = ("partner__name", "partner__code")
    ordering = ("-month", "partner__code")
    verbs = (
        Verb(
            "pay", gettext_lazy("Approve and pay"), Permission.COMMISSION_APPROVE, _pay,
            is_due=lambda row: row.status == StatementStatus.PREPARED,
            explains=gettext_lazy("Less what has been taken back since; never below zero."),
            tone="go",
        ),
        Verb(
            "recover", gettext_lazy("Book a repayment by the partner"),
            Permission.COMMISSION_APPROVE, _recover, RecoverForm, lambda row: row.carried < 0,
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: CommissionStatement) -> dict[str, Any]:
        """The month's facts and its entries."""
        rows = CommissionEntry.objects.filter(
            partner=row.partner_id,
            currency=row.currency,
            booked_on__gte=row.month,
            booked_on__lt=add_months(row.month, 1),
        ).select_related("loan", "recommendation__lead")
        shown = [
            (each.booked_on, each.get_kind_display(), each.get_basis_display() or "–",
             link(each.loan) if each.loan else "–", amount(each.amount))
            for each in rows.order_by("booked_on", "pk")
        ]  # fmt: skip
        headings = (_("Booked on"), _("Kind"), _("Why"), _("Loan"), _("Amount"))
        return {"cards": [("", facts(row))], "tables": [Table(_("Entries"), headings, shown)]}

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def shown_month(self, row: CommissionStatement) -> str:
        return f"{row.month:%Y-%m}"

    @admin.display(description=gettext_lazy("payable"), ordering="payable")
    def shown_payable(self, row: CommissionStatement) -> SafeString | str:
        return amount(row.payable, row.currency)

    @admin.display(description=gettext_lazy("carried on"), ordering="carried")
    def shown_carried(self, row: CommissionStatement) -> SafeString | str:
        return amount(row.carried, row.currency)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: CommissionStatement) -> SafeString:
        return tag(row.get_status_display(), TONES.get(StatementStatus(row.status), ""))


@admin.register(CommissionEntry)
class CommissionEntryAdmin(RoomModelAdmin):
    """Every change of every balance."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = (
        "booked_on",
        related("partner", gettext_lazy("village partner")),
        "kind",
        "basis",
        related("loan", gettext_lazy("loan")),
        "shown_amount",
    )
    list_filter = ("kind", "basis")
    list_select_related = ("partner", "loan")
    search_fields = ("partner__name", "loan__number")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, row: CommissionEntry) -> SafeString | str:
        return amount(row.amount, row.currency)


@admin.register(CommissionTariff)
class CommissionTariffAdmin(RoomModelAdmin):
    """How commission is earned and lost, dated."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = ("effective_from", "rate", "first_share", "cooling_off_days", "on_time_dues")
    ordering = ("-effective_from",)
