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
G, P, D, Y = Role.AGENT, Role.PLATFORM, Role.ADMINISTRATOR, Role.SYSTEM

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
