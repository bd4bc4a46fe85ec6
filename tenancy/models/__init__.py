from tenancy.models.approval import ApprovalRequest, ApprovalStatus
from tenancy.models.audit import AuditEvent, AuditSeal
from tenancy.models.client import ApiClient
from tenancy.models.document import Document
from tenancy.models.idempotency import IdempotencyRecord
from tenancy.models.keys import (
    RoomKey,
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantOneToOneField,
    TenantQuerySet,
    uuid_key,
)
from tenancy.models.membership import Membership
from tenancy.models.outbox import Audience, OutboxMessage, WebhookSubscription
from tenancy.models.tenant import Tenant
from tenancy.models.throttle import TokenAttempt
from tenancy.models.user import User

__all__ = [
    "ApiClient",
    "ApprovalRequest",
    "ApprovalStatus",
    "Audience",
    "AuditEvent",
    "AuditSeal",
    "Document",
    "IdempotencyRecord",
    "Membership",
    "OutboxMessage",
    "RoomKey",
    "Tenant",
    "TenantForeignKey",
    "TenantManager",
    "TenantModel",
    "TenantOneToOneField",
    "TenantQuerySet",
    "TokenAttempt",
    "User",
    "WebhookSubscription",
    "uuid_key",
]
