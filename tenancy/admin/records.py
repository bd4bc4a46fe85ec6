from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tenancy.admin.pages import RoomModelAdmin
from tenancy.models import AuditEvent, OutboxMessage, WebhookSubscription
from tenancy.permissions import Permission
from tenancy.wording import said


@admin.register(AuditEvent)
class AuditEventAdmin(RoomModelAdmin):
    """Who did what, when and from where."""

    view_permission = Permission.AUDIT_VIEW
    list_display = (
        "at", "actor_name", "role", "action", "subject_type", "subject_id", "shown_reason",
    )  # fmt: skip
    list_filter = ("role", "action")
    search_fields = ("subject_id", "actor_name", "request_id")
    ordering = ("-id",)

    @admin.display(description=_("reason"))
    def shown_reason(self, row: AuditEvent) -> str:
        return said(row.reason)


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(RoomModelAdmin):
    """Who hears what; the signing secret is not shown."""

    view_permission = Permission.TENANT_CONFIGURE
    list_display = ("client_id", "url", "topics", "is_active")
    hidden_columns = ("secret",)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(RoomModelAdmin):
    """What went outside, and what is still waiting."""

    view_permission = Permission.TENANT_CONFIGURE
    list_display = ("topic", "status", "attempts", "created_at", "delivered_at", "last_failure")
    list_filter = ("status", "topic")
