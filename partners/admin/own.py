"""Pages that a bank's people may see: its own rows, and no other bank's."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from partners.actions.credentials import NotABank
from partners.actions.staff import bank_served
from partners.models import PartnerBank
from tenancy.admin.access import acting, allowed
from tenancy.admin.pages import RoomModelAdmin
from tenancy.permissions import Permission


class OwnBankAdmin(RoomModelAdmin):
    """
    Shows the house every bank's rows, and a bank's people their own.

    `bank_path` leads from a row to its bank, as a filter would write it.
    """

    admits_banks = True
    bank_path: ClassVar[str] = "bank"

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """As the matrix says; somebody of a bank that he has not been tied to sees nothing."""
        try:
            own_bank(request)
        except NotABank:
            return False
        return super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what is another bank's."""
        rows = super().get_queryset(request)
        bank = own_bank(request)
        return rows if bank is None else rows.filter(**{self.bank_path: bank})


def own_bank(request: HttpRequest) -> PartnerBank | None:
    """
    Return the bank that the person works at; None for the house's own people.

    :raises NotABank: for somebody of a bank who has been tied to none
    """
    if not allowed(request, Permission.BANK_DESK):
        return None
    return bank_served(acting(request))
