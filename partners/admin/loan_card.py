"""On a loan's page: which bank holds which part, and what it said of new due dates."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lending.admin import cards
from lending.models import Loan
from partners.actions.reschedulings import CONSENT
from partners.models import Participation
from partners.rules.funding import WHOLE_BP
from tenancy.admin.access import allowed
from tenancy.admin.requests import TONES
from tenancy.admin.shown import tag
from tenancy.models import ApprovalRequest, ApprovalStatus
from tenancy.permissions import Permission


@cards.add_to_loans
def partner_card(request: HttpRequest, row: Loan) -> SafeString | str:
    """Show the bank, its part, and its last word on new due dates if it was asked."""
    part = Participation.objects.filter(loan=row).select_related("bank").first()
    if part is None:
        return ""
    asked = ApprovalRequest.objects.filter(kind=CONSENT, subject_id=str(part.pk))
    context = {
        "part": part,
        "share": Decimal(part.ratio_bp) / WHOLE_BP,
        "sees_parts": allowed(request, Permission.SETTLEMENT_VIEW),
        "word": bank_word(asked.order_by("requested_at").last()),
    }
    return render_to_string("partners/loan_card.html", context, request)


def consent_to(asked: ApprovalRequest) -> ApprovalRequest | None:
    """Return what was put to the bank that holds a part, if one does and was asked already."""
    put = ApprovalRequest.objects.filter(kind=CONSENT, payload__request_id=str(asked.pk))
    return put.order_by("requested_at").last()


def bank_word(consent: ApprovalRequest | None) -> SafeString | str:
    """Return what a bank said of new dates: a request's states, told of somebody outside."""
    if consent is None:
        return ""
    words = {
        ApprovalStatus.PENDING: _("Waiting for the bank"),
        ApprovalStatus.APPROVED: _("Agreed"),
        ApprovalStatus.REJECTED: _("Declined"),
    }
    status = ApprovalStatus(consent.status)
    return tag(words.get(status, consent.get_status_display()), TONES.get(status, ""))
