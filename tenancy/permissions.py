"""
Who may do what: the whole matrix, in one place.

Actions call `require`; pages ask `allows` to show only what would be allowed.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tenancy.actors import Actor
from tenancy.errors import Forbidden
from tenancy.roles import Role


class Permission(StrEnum):
    """What can be allowed; the value is shown in refusals and in the audit trail."""

    APPLICATION_VIEW = "application.view"
    APPLICATION_SUBMIT = "application.submit"
    APPLICATION_ASSESS = "application.assess"
    APPLICATION_DECIDE = "application.decide"
    APPLICATION_WITHDRAW = "application.withdraw"
    OFFER_ACCEPT = "offer.accept"
    BORROWER_VIEW = "borrower.view"
    BORROWER_EDIT = "borrower.edit"
    LINE_VIEW = "line.view"
    LINE_DRAW = "line.draw"
    LOAN_VIEW = "loan.view"
    LOAN_REPAY = "loan.repay"
    LOAN_REVERSE = "loan.reverse"
    LOAN_CHARGE = "loan.charge"
    PAYMENT_VIEW = "payment.view"
    PAYMENT_POST = "payment.post"
    PRODUCT_VIEW = "product.view"
    PRODUCT_EDIT = "product.edit"
    PRODUCT_PUBLISH = "product.publish"
    CLOSE_RUN = "close.run"
    LEDGER_VIEW = "ledger.view"
    LEDGER_POST = "ledger.post"
    PERIOD_CLOSE = "period.close"
    SCORE_VIEW = "score.view"
    SCORECARD_TRAIN = "scorecard.train"
    SCORECARD_APPROVE = "scorecard.approve"
    POLICY_EDIT = "policy.edit"
    MERCHANT_VIEW = "merchant.view"
    MERCHANT_IMPORT = "merchant.import"
    FIELD_SUBMIT = "field.submit"
    FORM_PUBLISH = "form.publish"
    HOUSEHOLD_VIEW = "household.view"
    HOUSEHOLD_RESOLVE = "household.resolve"
    CAPACITY_ASSESS = "capacity.assess"
    BENCHMARK_EDIT = "benchmark.edit"
    VILLAGE_VIEW = "village.view"
    VILLAGE_MANAGE = "village.manage"
    PANEL_MANAGE = "panel.manage"
    COMMISSION_VIEW = "commission.view"
    COMMISSION_APPROVE = "commission.approve"
    PROGRAMME_VIEW = "programme.view"
    PROGRAMME_MANAGE = "programme.manage"
    COUNTY_IMPORT = "county.import"
    BANK_VIEW = "bank.view"
    BANK_DECIDE = "bank.decide"
    BANK_DESK = "bank.desk"
    AGREEMENT_EDIT = "agreement.edit"
    ROUTING_RUN = "routing.run"
    REGULATION_CHANGE = "regulation.change"
    SETTLEMENT_VIEW = "settlement.view"
    SETTLEMENT_RUN = "settlement.run"
    BREAK_RESOLVE = "break.resolve"
    CLAIM_FILE = "claim.file"
    LOAN_RESCHEDULE = "loan.reschedule"
    APPROVAL_DECIDE = "approval.decide"
    DOCUMENT_VIEW = "document.view"
    DOCUMENT_ADD = "document.add"
    PII_UNMASK = "pii.unmask"
    AUDIT_VIEW = "audit.view"
    USER_MANAGE = "user.manage"
    TENANT_CONFIGURE = "tenant.configure"


# One letter a role, so that a row of the matrix reads at a glance.
L, S, R, F, C, A = (
    Role.OFFICER,
    Role.SUPERVISOR,
    Role.RISK_MANAGER,
    Role.FINANCE,
    Role.COLLECTOR,
    Role.AUDITOR,
)
G, B, P, D, Y = Role.AGENT, Role.BANK, Role.PLATFORM, Role.ADMINISTRATOR, Role.SYSTEM

MATRIX: dict[Permission, frozenset[Role]] = {
    Permission.APPLICATION_VIEW: frozenset({L, S, R, F, C, A, P, D, Y}),
    Permission.APPLICATION_SUBMIT: frozenset({L, S, P, G, Y}),
    Permission.APPLICATION_ASSESS: frozenset({S, R, Y}),
    Permission.APPLICATION_DECIDE: frozenset({L, S, R, Y}),
    Permission.APPLICATION_WITHDRAW: frozenset({L, S, P, Y}),
    Permission.OFFER_ACCEPT: frozenset({L, S, P, Y}),
    Permission.BORROWER_VIEW: frozenset({L, S, R, F, C, A, P, D, Y}),
    Permission.BORROWER_EDIT: frozenset({L, S, P, Y}),
    Permission.LINE_VIEW: frozenset({L, S, R, F, C, A, P, D, Y}),
    Permission.LINE_DRAW: frozenset({L, S, P, Y}),
    Permission.LOAN_VIEW: frozenset({L, S, R, F, C, A, P, D, Y}),
    Permission.LOAN_REPAY: frozenset({L, S, F, C, P, Y}),
    Permission.LOAN_REVERSE: frozenset({S, F, Y}),
    Permission.LOAN_CHARGE: frozenset({S, F, Y}),
    Permission.PAYMENT_VIEW: frozenset({L, S, F, C, A, P, D, Y}),
    Permission.PAYMENT_POST: frozenset({F, Y}),
    Permission.PRODUCT_VIEW: frozenset({L, S, R, F, C, A, P, D, Y}),
    Permission.PRODUCT_EDIT: frozenset({R, D, Y}),
    Permission.PRODUCT_PUBLISH: frozenset({R, D, Y}),
    Permission.CLOSE_RUN: frozenset({F, D, Y}),
    Permission.LEDGER_VIEW: frozenset({F, A, S, D, Y}),
    Permission.LEDGER_POST: frozenset({F, Y}),
    Permission.PERIOD_CLOSE: frozenset({F, Y}),
    Permission.SCORE_VIEW: frozenset({L, S, R, A, D, Y}),
    Permission.SCORECARD_TRAIN: frozenset({R, Y}),
    Permission.SCORECARD_APPROVE: frozenset({R, Y}),
    Permission.POLICY_EDIT: frozenset({R, Y}),
    Permission.MERCHANT_VIEW: frozenset({L, S, R, C, A, P, D, Y}),
    Permission.MERCHANT_IMPORT: frozenset({L, S, R, D, Y}),
    Permission.FIELD_SUBMIT: frozenset({L, S, G, Y}),
    Permission.FORM_PUBLISH: frozenset({R, D, Y}),
    Permission.HOUSEHOLD_VIEW: frozenset({L, S, R, C, A, D, Y}),
    Permission.HOUSEHOLD_RESOLVE: frozenset({L, S, Y}),
    Permission.CAPACITY_ASSESS: frozenset({L, S, R, Y}),
    Permission.BENCHMARK_EDIT: frozenset({R, D, Y}),
    Permission.VILLAGE_VIEW: frozenset({L, S, R, F, C, A, D, Y}),
    Permission.VILLAGE_MANAGE: frozenset({S, D, Y}),
    Permission.PANEL_MANAGE: frozenset({L, S, Y}),
    Permission.COMMISSION_VIEW: frozenset({L, S, F, A, G, D, Y}),
    Permission.COMMISSION_APPROVE: frozenset({F, Y}),
    Permission.PROGRAMME_VIEW: frozenset({L, S, R, F, C, A, D, Y}),
    Permission.PROGRAMME_MANAGE: frozenset({S, R, D, Y}),
    Permission.COUNTY_IMPORT: frozenset({S, R, D, Y}),
    Permission.BANK_VIEW: frozenset({L, S, R, F, A, B, D, Y}),
    # Only the bank's own credential: nobody here decides for a bank.
    Permission.BANK_DECIDE: frozenset({B}),
    # The pages of a bank's own people, who see their bank's rows and nobody else's.
    Permission.BANK_DESK: frozenset({B}),
    Permission.AGREEMENT_EDIT: frozenset({R, D, Y}),
    Permission.ROUTING_RUN: frozenset({L, S, Y}),
    Permission.REGULATION_CHANGE: frozenset({R, D, Y}),
    Permission.SETTLEMENT_VIEW: frozenset({F, S, A, B, D, Y}),
    Permission.SETTLEMENT_RUN: frozenset({F, Y}),
    Permission.BREAK_RESOLVE: frozenset({F, Y}),
    Permission.CLAIM_FILE: frozenset({B, F, Y}),
    Permission.LOAN_RESCHEDULE: frozenset({L, S, R, Y}),
    Permission.APPROVAL_DECIDE: frozenset({S, R, F, D, Y}),
    Permission.DOCUMENT_VIEW: frozenset({L, S, R, F, C, A, D, Y}),
    Permission.DOCUMENT_ADD: frozenset({L, S, R, F, C, P, G, Y}),
    Permission.PII_UNMASK: frozenset({L, S, C, Y}),
    Permission.AUDIT_VIEW: frozenset({A, D, Y}),
    Permission.USER_MANAGE: frozenset({D, Y}),
    Permission.TENANT_CONFIGURE: frozenset({D, Y}),
}


def allows(role: Role | str, permission: Permission) -> bool:
    """Return whether a role holds a permission."""
    return role in MATRIX[permission]


def require(actor: Actor, permission: Permission) -> None:
    """
    Let the actor pass, or refuse.

    :raises Forbidden: if the actor's role does not hold the permission
    """
    if not allows(actor.role, permission):
        message = _("%(role)s may not do this (%(permission)s)")
        raise Forbidden(message % {"role": actor.role.label, "permission": permission.value})
