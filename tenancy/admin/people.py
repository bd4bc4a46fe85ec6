from django.contrib import admin

from tenancy.admin.pages import RoomModelAdmin
from tenancy.models import Membership
from tenancy.permissions import Permission


@admin.register(Membership)
class MembershipAdmin(RoomModelAdmin):
    """Who works here, as what, and up to which amount."""

    view_permission = Permission.USER_MANAGE
    list_display = ("user", "role", "branch", "authority_limit", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("user__name", "user__username")
