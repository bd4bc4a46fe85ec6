"""Who plays: two lenders, their people, a platform, their products and rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from ledger.actions import chart
from ledger.models import Account
from lending.actions import products, regulation
from lending.actions.configuration import Configuration
from lending.models import ProductVersion, RegulationRule
from tenancy import room
from tenancy.actions import tenants
from tenancy.actors import Actor
from tenancy.models import ApiClient, Membership, Tenant, User
from tenancy.roles import Role

DIRECTOR = Actor.system("demonstration")
# For a web that listens on this machine alone; docs/operations.md says how people are admitted.
PASSWORD = "harvest-2026"
CLIENT_SECRET = "riverside-platform-demonstration"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demonstration."""

    username: str
    name: str
    role: Role
    limit: Decimal | None = None


RIVERSIDE = (
    Person("officer", "陈静 Chen Jing", Role.OFFICER, Decimal(300_000)),
    Person("supervisor", "李强 Li Qiang", Role.SUPERVISOR, Decimal(1_000_000)),
    Person("risk", "周敏 Zhou Min", Role.RISK_MANAGER, Decimal(1_000_000)),
    Person("finance", "吴涛 Wu Tao", Role.FINANCE),
    Person("auditor", "郑洁 Zheng Jie", Role.AUDITOR),
    Person("admin", "王芳 Wang Fang", Role.ADMINISTRATOR),
)
# Works at both, and can switch.
HILLSIDE = (
    Person("hillside", "何山 He Shan", Role.OFFICER, Decimal(100_000)),
    Person("supervisor", "李强 Li Qiang", Role.SUPERVISOR, Decimal(100_000)),
)

PRODUCTS: dict[str, tuple[str, str, Configuration]] = {
    "order-loan": (
        "Order loan",
        "订单贷款",
        Configuration(
            method="bullet", currency="CNY", min_amount=Decimal(5000),
            max_amount=Decimal(1_000_000), quoted_rate=Decimal("0.0005"), rate_basis="daily",
            min_term=7, max_term=30, term_unit="days", penalty_rate=Decimal("0.09125"),
        ),
    ),
    "instalment-loan": (
        "Instalment loan",
        "分期贷款",
        Configuration(
            method="equal_instalment", currency="CNY", min_amount=Decimal(5000),
            max_amount=Decimal(500_000), quoted_rate=Decimal("0.015"), rate_basis="monthly",
            day_count="30/360", min_term=3, max_term=12, term_unit="months",
            penalty_rate=Decimal("0.09"),
        ),
    ),
    "seller-line": (
        "Seller credit line",
        "商户循环额度",
        Configuration(
            method="revolving", currency="CNY", min_amount=Decimal(5000),
            max_amount=Decimal(1_000_000), quoted_rate=Decimal("0.0006"), rate_basis="daily",
            min_term=90, max_term=180, term_unit="days", penalty_rate=Decimal("0.1095"),
        ),
    ),
}  # fmt: skip


def assemble(business_date: date) -> tuple[Tenant, Tenant]:
    """Make sure that both lenders, their people, the platform, the law and the products exist."""
    now = timezone.now()
    riverside = open_tenant("riverside", "Riverside Microloan", "河畔小额贷款", business_date, now)
    hillside = open_tenant("hillside", "Hillside Rural Credit", "山坡农村信贷", business_date, now)
    for tenant, people in ((riverside, RIVERSIDE), (hillside, HILLSIDE)):
        with room.enter(tenant.pk):
            admit(people, now)
            _furnish(tenant, business_date, now)
    with room.enter(riverside.pk):
        tenants.register_client(
            name="Riverside platform",
            client_id="riverside-platform",
            client_secret=CLIENT_SECRET,
            role=Role.PLATFORM,
            actor=DIRECTOR,
            at=now,
        )
    return riverside, hillside


def client() -> ApiClient:
    """Return the platform that applies for the firms."""
    return ApiClient.objects.get(client_id="riverside-platform")


def open_tenant(slug: str, name: str, name_zh: str, on: date, at: datetime) -> Tenant:
    """Return a lender's tenant, opened on a business date if it is not there."""
    found = Tenant.objects.filter(slug=slug).first()
    if found is not None:
        return found
    return tenants.open_tenant(
        slug=slug, name=name, name_zh=name_zh, business_date=on, actor=DIRECTOR, at=at
    )


def admit(people: tuple[Person, ...], at: datetime) -> None:
    """Let people into the room, once; they have the one password."""
    for person in people:
        user = User.objects.filter(username=person.username).first()
        if user is None:
            user = User.objects.create_user(person.username, PASSWORD, name=person.name)
        if not Membership.objects.filter(user=user, role=person.role).exists():
            tenants.admit(
                user=user,
                role=person.role,
                branch="总部",
                authority_limit=person.limit,
                actor=DIRECTOR,
                at=at,
            )


def _furnish(tenant: Tenant, on: date, at: datetime) -> None:
    if not Account.objects.exists():
        chart.open_accounts(currency=tenant.currency, actor=DIRECTOR, at=at)
    if not RegulationRule.objects.exists():
        regulation.adopt(actor=DIRECTOR, at=at, jurisdiction=tenant.jurisdiction)
    for code, (name, name_zh, configuration) in PRODUCTS.items():
        if ProductVersion.objects.filter(product__code=code, published_at__isnull=False).exists():
            continue
        version = products.draft(
            actor=DIRECTOR,
            at=at,
            code=code,
            name=name,
            name_zh=name_zh,
            configuration=configuration,
            effective_from=on,
        )
        products.publish(actor=DIRECTOR, at=at, on=on, version_id=version.pk)
