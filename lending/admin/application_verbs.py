"""The buttons of an application: each calls one action."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lending.actions import applications, desk, lines, offers
from lending.admin.papers import PAPER_VERBS
from lending.models import Application, CreditLine, Loan
from lending.queries import exposure
from lending.rules.stages import OPEN, Stage, may_move
from tenancy.admin.access import acting
from tenancy.admin.documents import document_verb
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission
from tenancy.templatetags.figures import money

HUNDRED = Decimal(100)


class ApproveForm(ReasonForm):
    """What is offered: what was asked for, unless it is changed here. The rate is in per cent."""

    amount = forms.DecimalField(max_digits=20, decimal_places=4)
    annual_rate = forms.DecimalField(max_digits=9, decimal_places=6)
    term = forms.IntegerField(min_value=1)
    field_order = ("amount", "annual_rate", "term", "reason")

    def prepare(self) -> None:
        """Begin with the request, and say how far one's authority goes."""
        super().prepare()
        row: Application = self.row
        version = row.version
        limit = acting(self.request).authority_limit or Decimal(0)
        for name, label, first, note in (
            (
                "amount",
                _("Amount in %s") % row.currency,
                f"{row.amount:.2f}",
                _("Product: %(low)s to %(high)s. Your authority: %(limit)s")
                % {
                    "low": money(version.min_amount),
                    "high": money(version.max_amount),
                    "limit": money(limit),
                },
            ),
            (
                "annual_rate",
                _("Annual rate in per cent"),
                f"{version.annual_rate * HUNDRED:.2f}",
                _("At most %s") % f"{version.annual_rate * HUNDRED:.2f} %",
            ),
            (
                "term",
                _("Term in %s") % version.get_term_unit_display(),
                row.term,
                _("%(low)s to %(high)s") % {"low": version.min_term, "high": version.max_term},
            ),
        ):
            field = self.fields[name]
            field.label, field.initial, field.help_text = label, first, note
            field.widget.attrs["inputmode"] = "decimal"


class AcceptForm(VerbForm):
    """The borrower's yes to the very cost table that stands on the page."""

    cost_hash = forms.CharField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField()

    def prepare(self) -> None:
        """Bind the confirmation to the table that is shown now."""
        offer = desk.open_offer(self.row)
        self.fields["cost_hash"].initial = offer.cost_hash if offer else ""
        agreed = _("The borrower has read the all-in cost table and agrees")
        self.fields["confirmed"].label = agreed


class DrawForm(VerbForm):
    """How much to pay out."""

    amount = forms.DecimalField(max_digits=20, decimal_places=4)

    def prepare(self) -> None:
        """Begin with all that is left of the line."""
        line = line_of(self.row)
        if line is None:
            return
        left = exposure.headroom(line)
        field = self.fields["amount"]
        field.label, field.initial = _("Amount in %s") % line.currency, f"{left:.2f}"
        field.help_text = _("%(left)s of %(limit)s is left") % {
            "left": money(left),
            "limit": money(line.limit),
        }
        field.widget.attrs["inputmode"] = "decimal"


def line_of(row: Application | CreditLine) -> CreditLine | None:
    """Return the credit line that a page is about."""
    if isinstance(row, CreditLine):
        return row
    return CreditLine.objects.filter(application=row).select_related("version").first()


def _is_at(*stages: Stage) -> Any:
    return lambda row: row.stage in stages


def _assign(act: Act) -> str:
    applications.assign(
        actor=act.actor, at=act.at, application_id=act.row.pk, user_id=UUID(act.actor.id)
    )
    return _("%s lies on your desk now") % act.row


def _release(act: Act) -> str:
    applications.assign(actor=act.actor, at=act.at, application_id=act.row.pk, user_id=None)
    return _("%s is back in the queue") % act.row


def _approve(act: Act) -> str:
    offer = applications.approve(
        actor=act.actor,
        at=act.at,
        on=act.on,
        application_id=act.row.pk,
        amount=act.values["amount"],
        annual_rate=act.values["annual_rate"] / HUNDRED,
        term=act.values["term"],
        reason=act.values["reason"],
    )
    if offer is None:
        return _("%s is approved and goes to a partner bank") % act.row
    return _("Approved: an offer of %s stands") % money(offer.amount, offer.currency)


def _decline(act: Act) -> str:
    applications.decline(
        actor=act.actor, at=act.at, application_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%s is declined") % act.row


def _refer(act: Act) -> str:
    applications.refer(
        actor=act.actor, at=act.at, application_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%s is with a person now") % act.row


def _withdraw(act: Act) -> str:
    applications.withdraw(
        actor=act.actor, at=act.at, application_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%s is withdrawn") % act.row


def _accept(act: Act) -> str:
    offer = desk.open_offer(act.row)
    if offer is None:
        raise desk.wrong_stage(act.row)
    line = offers.accept(
        actor=act.actor,
        at=act.at,
        on=act.on,
        offer_id=offer.pk,
        cost_hash=act.values["cost_hash"],
    )
    return _("Accepted: credit line %s is open") % line


def draw(act: Act) -> Loan:
    """Draw from the line that the page is about."""
    line = line_of(act.row)
    if line is None:
        raise desk.wrong_stage(act.row)
    return lines.draw(
        actor=act.actor,
        at=act.at,
        on=act.on,
        line_id=line.pk,
        amount=act.values["amount"],
        key=f"page-{act.values['key']}",
    )


def loan_address(loan: Loan) -> str:
    """Return where a loan's page is."""
    return reverse("admin:lending_loan_change", args=[loan.pk])


VERBS = (
    Verb(
        "approve", _("Approve"), Permission.APPLICATION_DECIDE, _approve, ApproveForm,
        _is_at(Stage.REFERRED), _("Makes an offer with its all-in cost table."), "go",
    ),
    Verb(
        "accept", _("Accept for the borrower"), Permission.OFFER_ACCEPT, _accept, AcceptForm,
        _is_at(Stage.APPROVED), _("Opens the credit line."), "go",
    ),
    Verb(
        "draw", _("Draw"), Permission.LINE_DRAW, draw, DrawForm, _is_at(Stage.ACCEPTED),
        _("Asks the payment rail to pay out; the loan is active when it confirms."), "go",
        loan_address,
    ),
    Verb(
        "assign", _("Take on my desk"), Permission.APPLICATION_DECIDE, _assign,
        is_due=lambda row: row.stage in OPEN and row.assigned_to_id is None,
    ),
    Verb(
        "release", _("Put back into the queue"), Permission.APPLICATION_DECIDE, _release,
        is_due=lambda row: row.stage in OPEN and row.assigned_to_id is not None,
    ),
    *PAPER_VERBS,
    document_verb(),
    Verb(
        "refer", _("Refer to a person"), Permission.APPLICATION_SUBMIT, _refer, ReasonForm,
        _is_at(Stage.DECLINED), _("The borrower may ask for a person to look."),
    ),
    Verb(
        "decline", _("Decline"), Permission.APPLICATION_DECIDE, _decline, ReasonForm,
        _is_at(Stage.REFERRED), _("The reason is told to the borrower."), "stop",
    ),
    Verb(
        "withdraw", _("Withdraw"), Permission.APPLICATION_WITHDRAW, _withdraw, ReasonForm,
        lambda row: may_move(Stage(row.stage), Stage.WITHDRAWN),
        _("Takes the application back, with the offer that may stand."), "stop",
    ),
)  # fmt: skip
