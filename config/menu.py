"""The back office's menu, in the order of the work, and what its home page is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lending.admin import home as lending_home
from partners.admin import desk as bank_desk
from tenancy.admin.access import allowed
from tenancy.permissions import Permission

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Entry(NamedTuple):
    """One line of the menu: words, address, icon, and who may see it."""

    title: _StrPromise
    address: str
    icon: str
    permission: Permission
    query: str = ""


MENU: dict[_StrPromise, tuple[Entry, ...]] = {
    _("Applications"): (
        Entry(
            _("Queue"),
            "lending_application_changelist",
            "inbox",
            Permission.APPLICATION_VIEW,
        ),
        Entry(
            _("My desk"),
            "lending_application_changelist",
            "person",
            Permission.APPLICATION_DECIDE,
            "?desk=mine",
        ),
        Entry(
            _("Borrowers"),
            "lending_borrower_changelist",
            "groups",
            Permission.BORROWER_VIEW,
        ),
        Entry(
            _("Merchants"),
            "merchants_merchant_changelist",
            "storefront",
            Permission.MERCHANT_VIEW,
        ),
        Entry(
            _("Invoices"),
            "merchants_invoice_changelist",
            "receipt_long",
            Permission.MERCHANT_VIEW,
        ),
        Entry(
            _("Imports"),
            "merchants_importrun_changelist",
            "upload_file",
            Permission.MERCHANT_VIEW,
        ),
    ),
    _("Repayment capacity"): (
        Entry(
            _("Assessments"),
            "rural_assessment_changelist",
            "calculate",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Benchmarks"),
            "rural_benchmark_changelist",
            "agriculture",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Capacity policies"),
            "rural_capacitypolicy_changelist",
            "tune",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Observations"),
            "rural_observation_changelist",
            "satellite_alt",
            Permission.HOUSEHOLD_VIEW,
        ),
    ),
    _("Villages"): (
        Entry(_("Coverage"), "rural_coverage", "map", Permission.VILLAGE_VIEW),
        Entry(
            _("Village partners"),
            "rural_villagepartner_changelist",
            "handshake",
            Permission.VILLAGE_VIEW,
        ),
        Entry(_("Leads"), "rural_lead_changelist", "person_add", Permission.HOUSEHOLD_VIEW),
        Entry(
            _("Recommendations"),
            "rural_recommendation_changelist",
            "thumb_up",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Commission statements"),
            "rural_commissionstatement_changelist",
            "request_quote",
            Permission.VILLAGE_VIEW,
        ),
        Entry(_("Visits"), "rural_visit_changelist", "directions_walk", Permission.HOUSEHOLD_VIEW),
        Entry(_("Visit plans"), "rural_visitplan_changelist", "route", Permission.HOUSEHOLD_VIEW),
        Entry(
            _("Panel sessions"),
            "rural_panelsession_changelist",
            "how_to_vote",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(_("Training"), "rural_course_changelist", "school", Permission.VILLAGE_VIEW),
        Entry(_("Village rules"), "rural_villagerule_changelist", "tune", Permission.VILLAGE_VIEW),
    ),
    _("County programmes"): (
        Entry(
            _("Programmes"),
            "rural_programme_changelist",
            "account_balance",
            Permission.PROGRAMME_VIEW,
        ),
        Entry(
            _("County data"), "rural_datasource_changelist", "dataset", Permission.PROGRAMME_VIEW
        ),
        Entry(
            _("Use of county data"),
            "rural_countydatause_changelist",
            "visibility",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Deletion certificates"),
            "rural_deletioncertificate_changelist",
            "delete_forever",
            Permission.PROGRAMME_VIEW,
        ),
    ),
    _("Lending"): (
        Entry(
            _("Credit lines"),
            "lending_creditline_changelist",
            "credit_card",
            Permission.LINE_VIEW,
        ),
        Entry(_("Loans"), "lending_loan_changelist", "payments", Permission.LOAN_VIEW),
        Entry(
            _("Payment orders"),
            "lending_paymentorder_changelist",
            "swap_horiz",
            Permission.PAYMENT_VIEW,
        ),
        Entry(
            _("Rail messages"),
            "lending_railmessage_changelist",
            "mark_email_unread",
            Permission.PAYMENT_VIEW,
        ),
        Entry(
            _("Daily close"),
            "lending_closerun_changelist",
            "event_available",
            Permission.LEDGER_VIEW,
        ),
    ),
    _("Field work"): (
        Entry(
            _("Households"),
            "rural_household_changelist",
            "cottage",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Submissions"),
            "rural_submission_changelist",
            "assignment_turned_in",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Conflicts"),
            "rural_conflictcase_changelist",
            "call_split",
            Permission.HOUSEHOLD_RESOLVE,
        ),
        Entry(
            _("Forms"),
            "rural_formdefinition_changelist",
            "dynamic_form",
            Permission.HOUSEHOLD_VIEW,
        ),
        Entry(
            _("Places"),
            "rural_village_changelist",
            "holiday_village",
            Permission.VILLAGE_VIEW,
        ),
    ),
    _("Ledger"): (
        Entry(
            _("Trial balance"),
            "ledger_trial_balance",
            "balance",
            Permission.LEDGER_VIEW,
        ),
        Entry(
            _("Accounts"),
            "ledger_account_changelist",
            "account_tree",
            Permission.LEDGER_VIEW,
        ),
        Entry(
            _("Journal"),
            "ledger_journalentry_changelist",
            "menu_book",
            Permission.LEDGER_VIEW,
        ),
        Entry(
            _("Periods"),
            "ledger_period_changelist",
            "lock_clock",
            Permission.LEDGER_VIEW,
        ),
    ),
    _("Risk"): (
        Entry(
            _("Decisions"),
            "scoring_decision_changelist",
            "gavel",
            Permission.SCORE_VIEW,
        ),
        Entry(
            _("Scorecards"),
            "scoring_scorecard_changelist",
            "leaderboard",
            Permission.SCORE_VIEW,
        ),
        Entry(
            _("Training runs"),
            "scoring_trainingrun_changelist",
            "model_training",
            Permission.SCORE_VIEW,
        ),
        Entry(_("Policies"), "scoring_policy_changelist", "rule", Permission.SCORE_VIEW),
    ),
    _("Partner banks"): (
        Entry(
            _("Calls of banks"),
            "partners_bankcall_changelist",
            "api",
            Permission.BANK_VIEW,
        ),
        Entry(
            _("Placements"),
            "partners_placement_changelist",
            "send",
            Permission.APPLICATION_VIEW,
        ),
        Entry(
            _("Routing"),
            "partners_routing_changelist",
            "alt_route",
            Permission.APPLICATION_VIEW,
        ),
        Entry(
            _("Agreements"),
            "partners_agreement_changelist",
            "handshake",
            Permission.BANK_VIEW,
        ),
        Entry(
            _("Banks"),
            "partners_partnerbank_changelist",
            "account_balance",
            Permission.BANK_VIEW,
        ),
        Entry(
            _("Funding rules"),
            "partners_fundingrule_changelist",
            "gavel",
            Permission.BANK_VIEW,
        ),
    ),
    _("Settlement"): (
        Entry(
            _("Settlements"),
            "partners_settlement_changelist",
            "account_balance",
            Permission.SETTLEMENT_VIEW,
        ),
        Entry(
            _("Participations"),
            "partners_participation_changelist",
            "pie_chart",
            Permission.SETTLEMENT_VIEW,
        ),
        Entry(
            _("Claims"),
            "partners_compensationclaim_changelist",
            "shield",
            Permission.SETTLEMENT_VIEW,
        ),
        Entry(
            _("Differences"),
            "partners_break_changelist",
            "difference",
            Permission.SETTLEMENT_VIEW,
        ),
        Entry(
            _("Files of the banks"),
            "partners_reconrun_changelist",
            "upload_file",
            Permission.SETTLEMENT_VIEW,
        ),
    ),
    _("Products and law"): (
        Entry(
            _("Products"),
            "lending_product_changelist",
            "inventory_2",
            Permission.PRODUCT_VIEW,
        ),
        Entry(
            _("Regulation rules"),
            "lending_regulationrule_changelist",
            "policy",
            Permission.PRODUCT_VIEW,
        ),
    ),
    _("Our bank"): (
        Entry(
            _("Calls of our programs"),
            "partners_bankcall_changelist",
            "api",
            Permission.BANK_DESK,
        ),
    ),
    _("House"): (
        Entry(
            _("Documents"),
            "tenancy_document_changelist",
            "folder",
            Permission.DOCUMENT_VIEW,
        ),
        Entry(
            _("Approvals"),
            "tenancy_approvalrequest_changelist",
            "approval",
            Permission.APPROVAL_DECIDE,
        ),
        Entry(
            _("Audit trail"),
            "tenancy_auditevent_changelist",
            "history",
            Permission.AUDIT_VIEW,
        ),
        Entry(
            _("People"),
            "tenancy_membership_changelist",
            "badge",
            Permission.USER_MANAGE,
        ),
        Entry(
            _("Outgoing messages"),
            "tenancy_outboxmessage_changelist",
            "outbox",
            Permission.TENANT_CONFIGURE,
        ),
        Entry(
            _("Webhooks"),
            "tenancy_webhooksubscription_changelist",
            "webhook",
            Permission.TENANT_CONFIGURE,
        ),
    ),
}


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the person's role may see, group by group; groups left empty are left out."""
    start = {"title": str(_("Home")), "icon": "home", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"title": "", "items": [start]}]
    here = _here(request)
    for title, entries in MENU.items():
        items = [_item(entry, entry is here) for entry in entries if _is_shown(request, entry)]
        if items:
            groups.append({"title": str(title), "separator": True, "items": items})
    return groups


def _is_shown(request: HttpRequest, entry: Entry) -> bool:
    """A partner bank's people are guests: they see the entries that are made for them."""
    if allowed(request, Permission.BANK_DESK):
        return entry.permission == Permission.BANK_DESK
    return allowed(request, entry.permission)


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Put on the home page what the person's role may see."""
    if allowed(request, Permission.BANK_DESK):
        return context | bank_desk.dashboard(request)
    return context | lending_home.dashboard(request)


def _here(request: HttpRequest) -> Entry | None:
    """Return the entry whose address is the longest beginning of the page's."""
    asked = request.get_full_path()
    every = [entry for entries in MENU.values() for entry in entries]
    return max(
        (entry for entry in every if asked.startswith(_address(entry))),
        key=lambda entry: len(_address(entry)),
        default=None,
    )


def _address(entry: Entry) -> str:
    return reverse(f"admin:{entry.address}") + entry.query


def _item(entry: Entry, is_active: bool) -> dict[str, Any]:
    return {
        "title": str(entry.title),
        "icon": entry.icon,
        "link": _address(entry),
        "active": is_active,
    }
