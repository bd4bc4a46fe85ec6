"""What a funding rule measures, and whom it binds, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

BOUND: dict[str, _StrPromise] = {
    "all_lenders": _("all lenders"),
    "any_guarantor": _("every guarantor"),
    "bank": pgettext_lazy("bound by a rule", "banks"),
    "guarantor": _("guarantors"),
    "inclusive_guarantor": _("guarantors of mainly small and farm loans"),
    "microloan_company": _("microloan companies"),
    "network_microloan_company": _("network microloan companies"),
}
METRICS: dict[str, _StrPromise] = {
    "all_in_rate": _("all-in cost a year"),
    "approval_rate_floor": _("lowest rate of approvals promised"),
    "blended_rate_difference": _("difference from the blended rate"),
    "borrower_share_of_net_assets": _("one borrower's part of net assets"),
    "classification_lag_working_days": _("working days until the other lender knows the class"),
    "co_funded_share_of_loans": _("co-funded loans' part of all loans"),
    "consumer_balance": _("balance of one household's consumer loans"),
    "consumer_bullet_months": _("months of a line repaid all at the end"),
    "consumer_line": _("one household's consumer credit line"),
    "cooperator_share_of_tier1": _("loans with one cooperator, part of tier-1 capital"),
    "flows_outside_escrow": _("payments outside escrow"),
    "group_share_of_net_assets": _("one group's part of net assets"),
    "guarantee_multiple": _("guarantees, times net assets"),
    "guarantee_share": _("part of the loans that is guaranteed"),
    "guaranteed_borrower_share": _("guarantees for one borrower, part of net assets"),
    "guaranteed_group_share": _("guarantees for one group, part of net assets"),
    "lowest_ratio": _("lowest part of any lender"),
    "months_since_assessment": _("months since the last assessment"),
    "non_standard_funding_multiple": _("non-standard funding, times net assets"),
    "off_list": _("partners that are on no list"),
    "outside_bank_area": _("borrowers outside the bank's area"),
    "own_ratio": _("our own part"),
    "platform_fee_from_borrower": _("fees that the platform takes of the borrower"),
    "production_balance": _("balance of one household's business loans"),
    "standard_funding_multiple": _("standard funding, times net assets"),
    "transfer_days": _("days until money is passed on"),
}


def metric_name(metric: str) -> str:
    """Return what is measured; a measure that a lender added is called by its code."""
    return str(METRICS.get(metric, metric))


def bound_name(kind: str) -> str:
    """Return who is bound."""
    return str(BOUND.get(kind, kind))
