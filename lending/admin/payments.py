"""Payment orders, and what the rail said."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lending.actions import payments
from lending.models import PaymentOrder, PaymentStatus, RailMessage
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.permissions import Permission

TONES = {PaymentStatus.POSTED: "good", PaymentStatus.VOIDED: "bad", PaymentStatus.SENT: "calm"}


def _void(act: Act) -> str:
    payments.void(order_id=act.row.pk, reason=act.values["reason"], at=act.at, actor=act.actor)
    return _("%s is voided") % act.row


@admin.register(PaymentOrder)
class PaymentOrderAdmin(RoomModelAdmin):
    """Money that we asked a rail to move."""

    view_permission = Permission.PAYMENT_VIEW
    list_display = (
        "reference",
        "direction",
        related("loan", _("loan"), "loan__number"),
        "shown_status",
        "shown_amount",
        "rail",
        "requested_at",
        "attempts",
        "failure",
    )
    list_filter = ("status", "direction", "rail")
    list_select_related = ("loan",)
    search_fields = ("reference", "loan__number")
    ordering = ("-requested_at",)
    verbs = (
        Verb(
            "void", _("Void"), Permission.PAYMENT_POST, _void, ReasonForm,
            lambda row: not row.is_final,
            _("Only for an order that the rail will certainly never pay."), "stop",
        ),
    )  # fmt: skip

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: PaymentOrder) -> SafeString:
        return tag(row.get_status_display(), TONES.get(PaymentStatus(row.status), ""))

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: PaymentOrder) -> SafeString | str:
        return amount(row.amount, row.currency)


@admin.register(RailMessage)
class RailMessageAdmin(RoomModelAdmin):
    """Every answer of a rail; what did not fit is set aside with the reason, never lost."""

    view_permission = Permission.PAYMENT_VIEW
    list_display = (
        "message_id",
        "rail",
        "shown_disposition",
        related("order", _("payment order")),
        "shown_amount",
        "happened_on",
        "received_at",
        "reason",
    )
    list_filter = ("disposition", "rail")
    list_select_related = ("order",)
    search_fields = ("message_id", "order__reference")
    ordering = ("-received_at",)

    @admin.display(description=_("disposition"), ordering="disposition")
    def shown_disposition(self, row: RailMessage) -> SafeString:
        tone = "warn" if row.disposition == "SET_ASIDE" else ""
        return tag(row.get_disposition_display(), tone)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: RailMessage) -> SafeString | str:
        return amount(row.amount, row.currency)
