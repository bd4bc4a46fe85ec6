"""Opening rooms and letting people into them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.models import ApiClient, Membership, Tenant, User
from tenancy.permissions import Permission, require
from tenancy.roles import Role


def open_tenant(
    *,
    slug: str,
    name: str,
    business_date: date,
    actor: Actor,
    at: datetime,
    name_zh: str = "",
    jurisdiction: str = "CN",
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
    locale: str = "zh-hans",
) -> Tenant:
    """
    Open a lender's room.

    :raises Invalid: if the address is taken
    """
    require(actor, Permission.TENANT_CONFIGURE)
    with transaction.atomic():
        tenant, created = Tenant.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "name_zh": name_zh,
                "business_date": business_date,
                "jurisdiction": jurisdiction,
                "currency": currency,
                "time_zone": time_zone,
                "locale": locale,
            },
        )
        if not created:
            taken = FieldError("/slug", slug, str(_("an address that no tenant has")))
            raise Invalid(_("This address is taken"), errors=[taken])
        with room.entered(tenant.pk):
            audit.record(actor=actor, at=at, action="tenant.open", subject=tenant)
    return tenant


@room.atomic
def admit(
    *,
    user: User,
    role: Role,
    actor: Actor,
    at: datetime,
    branch: str = "",
    authority_limit: Decimal | None = None,
) -> Membership:
    """Give a person a role in this room; a second call changes branch and limit."""
    require(actor, Permission.USER_MANAGE)
    membership, _created = Membership.objects.update_or_create(
        user=user,
        role=role,
        defaults={"branch": branch, "authority_limit": authority_limit, "is_active": True},
    )
    audit.record(
        actor=actor,
        at=at,
        action="membership.admit",
        subject=membership,
        changes={"user": user.username, "role": role.value, "limit": str(authority_limit or "")},
    )
    return membership


@room.atomic
def register_client(
    *, name: str, client_id: str, client_secret: str, role: Role, actor: Actor, at: datetime
) -> ApiClient:
    """Let a program call the API for this room with OAuth2 client credentials."""
    require(actor, Permission.USER_MANAGE)
    client, created = ApiClient.objects.get_or_create(
        client_id=client_id,
        defaults={
            "name": name,
            "client_secret": client_secret,
            "client_type": ApiClient.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": ApiClient.GRANT_CLIENT_CREDENTIALS,
            "room_id": room.current(),
            "role": role,
        },
    )
    if client.room_id != room.current():
        taken = FieldError("/client_id", client_id, str(_("an id that no client has")))
        raise Invalid(_("This client id is taken"), errors=[taken])
    if created:
        audit.record(actor=actor, at=at, action="client.register", subject=client)
    return client
