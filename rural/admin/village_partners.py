"""Village partners: who they are, how their book stands, and the buttons of their life."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from rural.actions import leads, recommendations, village_partners
from rural.admin.tables import Table
from rural.models import (
    CommissionStatement,
    Lead,
    Paper,
    PartnerStatus,
    Recommendation,
    Reminder,
    VillagePartner,
    VillageWorker,
)
from rural.queries import partner_book, status_words
from tenancy.admin.access import business_date
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, link, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.models import Membership, User
from tenancy.permissions import Permission
from tenancy.roles import Role
from tenancy.templatetags.figures import percent
from tenancy.wording import said

TONES = {
    PartnerStatus.ACTIVE: "good",
    PartnerStatus.SUSPENDED: "bad",
    PartnerStatus.APPEALING: "warn",
}
MOST = 50


def _suspend(act: Act) -> str:
    village_partners.suspend(
        actor=act.actor, at=act.at, partner_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%s is suspended") % act.row


def _appeal(act: Act) -> str:
    village_partners.appeal(
        actor=act.actor, at=act.at, partner_id=act.row.pk, reason=act.values["reason"]
    )
    return _("The appeal of %s is open") % act.row


def _uphold(act: Act) -> str:
    return _decide(act, is_upheld=True)


def _reject(act: Act) -> str:
    return _decide(act, is_upheld=False)


def _decide(act: Act, *, is_upheld: bool) -> str:
    partner = village_partners.decide_appeal(
        actor=act.actor, at=act.at, on=act.on, partner_id=act.row.pk, is_upheld=is_upheld,
        reason=act.values["reason"],
    )  # fmt: skip
    return f"{partner}: {partner.get_status_display()}"


def _end(act: Act) -> str:
    village_partners.end(
        actor=act.actor, at=act.at, partner_id=act.row.pk, reason=act.values["reason"]
    )
    return _("The work with %s has ended") % act.row


class RegisterForm(VerbForm):
    """Which agent becomes a partner, under which code; his numbers are kept encrypted."""

    user = forms.ChoiceField()
    code = forms.CharField(max_length=40)
    id_number = forms.CharField(max_length=18, required=False)
    payout_account = forms.CharField(max_length=40, required=False)

    def prepare(self) -> None:
        """Offer the room's agents who are no partners yet."""
        partners = VillagePartner.objects.values("user")
        members = Membership.objects.filter(role=Role.AGENT, is_active=True)
        agents = members.exclude(user__in=partners).select_related("user")
        choices = [(str(each.user_id), str(each.user)) for each in agents.order_by("user__name")]
        self.fields["user"].choices = choices  # type: ignore[attr-defined]
        labels = {
            "user": _("Village agent"), "code": _("Code"), "id_number": _("ID number"),
            "payout_account": _("Account for commission"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label


def _register(act: Act) -> str:
    partner = village_partners.register(
        actor=act.actor, at=act.at, on=act.on, code=act.values["code"],
        user=User.objects.get(pk=act.values["user"]), id_number=act.values["id_number"],
        payout_account=act.values["payout_account"],
    )  # fmt: skip
    return _("%s is a village partner") % partner


@admin.register(VillagePartner)
class VillagePartnerAdmin(RoomModelAdmin):
    """Everybody who recommends."""

    view_permission = Permission.VILLAGE_VIEW
    audits_views = True
    page_template = "rural/tables.html"
    hidden_columns = ("id_number", "id_number_index", "payout_account")
    list_display = ("code", "name", "shown_status", "status_since", "joined_on")
    list_filter = ("status",)
    search_fields = ("code", "name")
    ordering = ("code",)
    list_verbs = (
        Verb(
            "register", gettext_lazy("New village partner"), Permission.VILLAGE_MANAGE, _register,
            RegisterForm, tone="go",
        ),
    )  # fmt: skip
    verbs = (
        Verb(
            "suspend", gettext_lazy("Suspend"), Permission.VILLAGE_MANAGE, _suspend, ReasonForm,
            lambda row: row.status == PartnerStatus.ACTIVE,
            gettext_lazy("Brings nobody new from now on; reminders can still be finished."),
            "stop",
        ),
        Verb(
            "appeal", gettext_lazy("Enter an appeal"), Permission.VILLAGE_MANAGE, _appeal,
            ReasonForm, lambda row: row.status == PartnerStatus.SUSPENDED,
        ),
        Verb(
            "uphold", gettext_lazy("Uphold the appeal"), Permission.VILLAGE_MANAGE, _uphold,
            ReasonForm, lambda row: row.status == PartnerStatus.APPEALING,
            gettext_lazy("Somebody else than who suspended decides."), "go",
        ),
        Verb(
            "reject", gettext_lazy("Reject the appeal"), Permission.VILLAGE_MANAGE, _reject,
            ReasonForm, lambda row: row.status == PartnerStatus.APPEALING,
        ),
        Verb(
            "end", gettext_lazy("End the work"), Permission.VILLAGE_MANAGE, _end, ReasonForm,
            lambda row: row.status != PartnerStatus.ENDED,
            gettext_lazy("For good; what was earned and is owed stays."), "stop",
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: VillagePartner) -> dict[str, Any]:
        """Who he is, masked; his book, his months, his leads."""
        known = facts(row, self.hidden_columns)
        known += [
            (_("ID number"), row.masked["id_number"]),
            (_("Account for commission"), row.masked["payout_account"]),
            (_("Villages"), ", ".join(_villages(row)) or "–"),
        ]
        return {
            "cards": [("", known), (pgettext("village partner", "Own book"), _book(request, row))],
            "tables": [_statements(row), _leads(row), _changes(row)],
        }

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: VillagePartner) -> SafeString:
        return tag(row.get_status_display(), TONES.get(PartnerStatus(row.status), ""))


def _villages(row: VillagePartner) -> list[str]:
    workers = VillageWorker.objects.filter(user_id=row.user_id, is_active=True)
    return [str(worker.village) for worker in workers.select_related("village")]


def _book(request: HttpRequest, row: VillagePartner) -> list[tuple[str, Any]]:
    on = business_date(request)
    loans = partner_book.loans_of(row, on)
    if not loans:
        return [(_("Loans"), 0)]
    tariff = partner_book.tariff_on(on)
    book = partner_book.book(loans, tariff.late_days)
    return [
        (_("Loans"), book.loans),
        (
            _("First payment defaults"),
            f"{percent(book.first_default_share)} ({book.first_defaults})",
        ),
        (_("Highest share allowed"), percent(tariff.max_first_defaults)),
        (_("Outstanding"), amount(book.outstanding)),
        (_("In M2 or worse"), percent(book.late_share)),
        (_("Highest share allowed"), percent(tariff.max_late)),
    ]


def _statements(row: VillagePartner) -> Table:
    rows = CommissionStatement.objects.filter(partner=row).order_by("-month")[:MOST]
    return Table(
        _("Commission statements"),
        (
            _("Month"), _("Brought forward"), _("Earned"), _("Taken back"), _("Payable"),
            _("Status"),
        ),
        [
            (link(each, f"{each.month:%Y-%m}"), amount(each.opening), amount(each.earned),
             amount(each.clawed_back), amount(each.payable), each.get_status_display())
            for each in rows
        ],
    )  # fmt: skip


def _leads(row: VillagePartner) -> Table:
    shown = [
        (
            each.name,
            each.village,
            each.word.label,
            ", ".join(str(Paper(p).label) for p in each.papers),
        )
        for each in status_words.leads_of(row)[:MOST]
    ]
    headings = (_("Name"), _("Village"), _("What the partner is told"), _("Papers needed"))
    return Table(_("Leads"), headings, shown)


def _changes(row: VillagePartner) -> Table:
    rows = row.changes.order_by("-pk")[:MOST]
    headings = (_("At"), _("From"), _("To"), _("By"), _("Reason"))
    return Table(
        _("Changes of status"),
        headings,
        [
            (each.at, each.get_from_status_display(), each.get_to_status_display(),
             each.actor_name, said(each.reason))
            for each in rows
        ],
    )  # fmt: skip


class PaperForm(VerbForm):
    """Which paper."""

    paper = forms.ChoiceField(choices=Paper.choices)

    def prepare(self) -> None:
        """Name the field in the reader's language."""
        self.fields["paper"].label = _("Paper")


def _ask(act: Act) -> str:
    leads.ask_for_paper(actor=act.actor, at=act.at, lead_id=act.row.pk, paper=act.values["paper"])
    return _("The partner is asked for it")


def _have(act: Act) -> str:
    leads.receive_paper(actor=act.actor, at=act.at, lead_id=act.row.pk, paper=act.values["paper"])
    return _("The paper is noted as received")


@admin.register(Lead)
class LeadAdmin(RoomModelAdmin):
    """Farmers whom partners brought."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    page_template = "rural/tables.html"
    hidden_columns = ("phone", "phone_index")
    list_display = (
        "name",
        related("partner", gettext_lazy("village partner")),
        related("village", gettext_lazy("village")),
        related("household", gettext_lazy("household")),
        "created_at",
    )
    list_select_related = ("partner", "village", "household")
    search_fields = ("name", "partner__name")
    ordering = ("-created_at",)
    verbs = (
        Verb(
            "ask-paper", gettext_lazy("Ask for a paper"), Permission.HOUSEHOLD_RESOLVE, _ask,
            PaperForm,
        ),
        Verb(
            "have-paper", gettext_lazy("Paper has come"), Permission.HOUSEHOLD_RESOLVE, _have,
            PaperForm, lambda row: row.papers.filter(received_at__isnull=True).exists(),
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: Lead) -> dict[str, Any]:
        """Who it is, what is still needed, who was spoken to."""
        papers = [
            (each.get_paper_display(), each.asked_at, each.asked_by, each.received_at or "–")
            for each in row.papers.order_by("-pk")[:MOST]
        ]
        contacts = [
            (each.at, each.get_kind_display(), each.get_outcome_display())
            for each in row.contacts.order_by("-pk")[:MOST]
        ]
        known = [*facts(row, self.hidden_columns), (_("Telephone"), row.masked["phone"])]
        return {
            "cards": [("", known)],
            "tables": [
                Table(_("Papers"), (_("Paper"), _("Asked"), _("By"), _("Received")), papers),
                Table(_("Contacts"), (_("At"), _("How"), _("Outcome")), contacts),
            ],
        }


def _fraud(act: Act) -> str:
    recommendations.report_fraud(
        actor=act.actor, at=act.at, recommendation_id=act.row.pk, reason=act.values["reason"]
    )
    return _("Its loans earn nothing any more")


@admin.register(Recommendation)
class RecommendationAdmin(RoomModelAdmin):
    """What partners said of farmers."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    list_display = (
        related("lead", gettext_lazy("lead")),
        related("partner", gettext_lazy("village partner")),
        "opinion",
        "shown_relation",
        "made_at",
        related("application", gettext_lazy("application")),
    )
    list_filter = ("opinion", "relation")
    list_select_related = ("lead", "partner", "application")
    search_fields = ("lead__name", "partner__name")
    ordering = ("-made_at",)
    verbs = (
        Verb(
            "fraud", gettext_lazy("Report a fraud"), Permission.VILLAGE_MANAGE, _fraud, ReasonForm,
            lambda row: row.fraud_found_at is None,
            gettext_lazy("Takes back all commission on its loans."), "stop",
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("relation"), ordering="relation")
    def shown_relation(self, row: Recommendation) -> SafeString:
        return tag(row.get_relation_display(), "warn" if row.is_flagged else "")


@admin.register(Reminder)
class ReminderAdmin(RoomModelAdmin):
    """Due dates that partners are to remind of."""

    view_permission = Permission.LOAN_VIEW
    list_display = (
        related("lead", gettext_lazy("lead")),
        related("partner", gettext_lazy("village partner")),
        related("loan", gettext_lazy("loan")),
        "kind",
        "due_on",
        "finished_at",
    )
    list_filter = ("kind",)
    list_select_related = ("lead", "partner", "loan")
    ordering = ("-due_on",)
