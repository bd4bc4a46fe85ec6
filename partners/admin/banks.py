"""Partner banks, those who guarantee, and the banks' credentials."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from partners.admin.participations import PAY_OVER
from partners.models import BankCredential, Guarantor, PartnerBank
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import related, tag
from tenancy.permissions import Permission


@admin.register(PartnerBank)
class PartnerBankAdmin(RoomModelAdmin):
    """Banks that fund loans with us."""

    view_permission = Permission.BANK_VIEW
    list_display = (
        "code", "name", "name_zh", "region", "sla_minutes", "our_list_from", "their_list_from",
        "shown_active",
    )  # fmt: skip
    list_filter = ("is_active", "is_local")
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)

    @admin.display(description=_("active"), ordering="is_active")
    def shown_active(self, row: PartnerBank) -> SafeString:
        return tag(_("yes"), "good") if row.is_active else tag(_("no"))


@admin.register(Guarantor)
class GuarantorAdmin(RoomModelAdmin):
    """Who covers a bank's loss first."""

    verbs = (PAY_OVER,)

    view_permission = Permission.BANK_VIEW
    list_display = ("code", "name", "name_zh", "kind", "net_assets", "net_assets_on")
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)


@admin.register(BankCredential)
class BankCredentialAdmin(RoomModelAdmin):
    """The client ids and public keys by which banks act."""

    view_permission = Permission.AGREEMENT_EDIT
    list_display = ("client_id", related("bank", _("bank")), "created_at", "rotated_at", "shown")
    search_fields = ("client_id",)
    ordering = ("client_id",)

    @admin.display(description=_("active"), ordering="is_active")
    def shown(self, row: BankCredential) -> SafeString:
        return tag(_("yes"), "good") if row.is_active else tag(_("no"))
