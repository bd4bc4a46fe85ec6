"""Who plays in the county: villages, people, banks with their agreements, rules and product."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from config.demonstration import cast
from config.demonstration.cast import DIRECTOR, Person
from ledger.actions import chart
from ledger.models import Account
from lending.actions import regulation
from lending.models import ProductVersion, RegulationRule
from lending.models.product import Funding
from partners.actions import agreements, banks, quotas, staff
from partners.actions import regulation as funding_rules
from partners.actions.banks import BankFacts
from partners.actions.terms import AgreementTerms
from partners.models import Agreement, FundingRule, PartnerBank
from rural.actions import (
    benchmarks,
    capacity_policies,
    definitions,
    harvest_products,
    places,
    village_partners,
    village_rules,
)
from rural.actions.harvest_products import Harvest
from rural.actions.places import Place
from rural.models import CapacityPolicy, Village
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Membership, Tenant, User
from tenancy.roles import Role

SLUG = "jinhe"
# No county has this code, nor anything that begins with it.
COUNTY = Place("999901", "金禾县", "Jinhe")
_HEZHONG = Place("999901101", "禾中镇", "Hezhong")
_BEIGANG = Place("999901102", "北岗乡", "Beigang")
VILLAGES = (
    (_HEZHONG, Place("999901101201", "柳树村", "Liushu", "", Decimal("38.19"), Decimal("116.12"))),
    (_HEZHONG, Place("999901101202", "东河村", "Donghe", "", Decimal("38.21"), Decimal("116.17"))),
    (
        _BEIGANG,
        Place("999901102201", "石桥村", "Shiqiao", "", Decimal("38.26"), Decimal("116.10")),
    ),
)
OFFICER, SUPERVISOR, FINANCE = "jinhe-officer", "jinhe-supervisor", "jinhe-finance"
PEOPLE = (
    Person(OFFICER, "孙丽 Sun Li", Role.OFFICER, Decimal(30_000)),
    Person("jinhe-officer-2", "马超 Ma Chao", Role.OFFICER, Decimal(30_000)),
    Person(SUPERVISOR, "高明 Gao Ming", Role.SUPERVISOR, Decimal(200_000)),
    Person("jinhe-risk", "林雪 Lin Xue", Role.RISK_MANAGER, Decimal(200_000)),
    Person(FINANCE, "罗兰 Luo Lan", Role.FINANCE),
    Person("jinhe-admin", "何平 He Ping", Role.ADMINISTRATOR),
)
# Who recommends in which villages.
AGENTS = (
    (Person("agent", "张强 Zhang Qiang", Role.AGENT), "VP-01", (0, 1)),
    (Person("agent-2", "刘梅 Liu Mei", Role.AGENT), "VP-02", (2,)),
)
BANK_STAFF = (
    (Person("bank", "金禾农商 朱琳 Zhu Lin", Role.BANK), "rcb"),
    (Person("bank-2", "北原银行 徐涛 Xu Tao", Role.BANK), "beiyuan"),
)
PRODUCT = "harvest"
# What the two banks agreed to, and how much of it a day. The first is asked first.
_COMMON = {
    "max_annual_rate": Decimal("0.15"),
    "min_amount": Decimal(1_000),
    "max_amount": Decimal(200_000),
    "min_term": 1,
    "max_term": 18,
    "term_unit": "months",
    "products": (PRODUCT,),
}
BANKS = (
    (
        "rcb",
        BankFacts(
            name="Jinhe Rural Commercial Bank", name_zh="金禾农商银行", region=COUNTY.code,
            is_local=True, tier1_capital=Decimal(1_200_000_000),
            total_loans=Decimal(15_000_000_000),
            our_list_from=date(2025, 10, 1), their_list_from=date(2025, 10, 1),
        ),
        ("rcb-70", "Co-lending 70:30", "联合贷款 70:30"),
        {"model": "CO_LEND", "bank_ratio_bp": 7_000, "coupon_rate": Decimal("0.09"),
         "priority": 10},
        Decimal(120_000),
    ),
    (
        "beiyuan",
        BankFacts(
            name="Beiyuan Bank", name_zh="北原银行",
            tier1_capital=Decimal(30_000_000_000), total_loans=Decimal(400_000_000_000),
            our_list_from=date(2025, 10, 1), their_list_from=date(2025, 12, 1),
        ),
        ("beiyuan-100", "Facilitation", "助贷（银行全额出资）"),
        {"model": "FACILITATE", "bank_ratio_bp": 10_000, "service_fee_rate": Decimal("0.02"),
         "priority": 20},
        Decimal(400_000),
    ),
)  # fmt: skip


def assemble(business_date: date) -> Tenant:
    """Make sure that the county's lender stands with all that it needs before a farmer comes."""
    now = timezone.now()
    name, name_zh = "Jinhe County Rural Credit", "金禾县农村信贷"
    found = cast.open_tenant(SLUG, name, name_zh, business_date, now)
    with room.enter(found.pk):
        cast.admit((*PEOPLE, *(person for person, _code, _where in AGENTS)), now)
        _furnish(found, business_date, now)
        _settle_villages(business_date, now)
        _agree_with_banks(business_date, now)
    return found


def actor_of(username: str) -> Actor:
    """Return somebody who works here, as the doors make him; call it in the room."""
    member = Membership.objects.select_related("user").get(user__username=username)
    return Actor(
        kind="user",
        id=str(member.user.pk),
        name=member.user.name,
        role=Role(member.role),
        authority_limit=member.authority_limit,
        source="demonstration",
    )


def _furnish(tenant: Tenant, on: date, at: datetime) -> None:
    """The books, the law, the forms and thresholds of the house, and what it lends."""
    if not Account.objects.exists():
        chart.open_accounts(currency=tenant.currency, actor=DIRECTOR, at=at)
    if not RegulationRule.objects.exists():
        regulation.adopt(actor=DIRECTOR, at=at, jurisdiction=tenant.jurisdiction)
    if not FundingRule.objects.exists():
        funding_rules.adopt(actor=DIRECTOR, at=at, jurisdiction=tenant.jurisdiction)
    for adopt in (village_rules.adopt, definitions.adopt, benchmarks.adopt):
        adopt(actor=DIRECTOR, at=at)
    if not CapacityPolicy.objects.in_force(on).exists():
        policy = capacity_policies.draft(
            actor=DIRECTOR, at=at, rules=capacity_policies.bundled(), effective_from=on,
            note="As shipped",
        )  # fmt: skip
        capacity_policies.publish(actor=DIRECTOR, at=at, on=on, policy_id=policy.pk)
    if not ProductVersion.objects.published().filter(product__code=PRODUCT).exists():
        harvest = Harvest(
            code=PRODUCT, name="Harvest loan", name_zh="丰收贷", annual_rate=Decimal("0.12"),
            min_amount=Decimal(1_000), max_amount=Decimal(200_000), max_term=18,
            funding=Funding.PARTNER, penalty_rate=Decimal("0.06"),
        )  # fmt: skip
        harvest_products.sell(actor=DIRECTOR, at=at, on=on, harvest=harvest)


def _settle_villages(on: date, at: datetime) -> None:
    if not Village.objects.exists():
        for township, village in VILLAGES:
            places.add(actor=DIRECTOR, at=at, county=COUNTY, township=township, village=village)
    for person, code, where in AGENTS:
        user = User.objects.get(username=person.username)
        for number in where:
            place = VILLAGES[number][1]
            places.assign(actor=DIRECTOR, at=at, on=on, user=user, village_code=place.code)
        village_partners.register(actor=DIRECTOR, at=at, on=on, code=code, user=user)


def _agree_with_banks(on: date, at: datetime) -> None:
    for code, facts, (agreement, name, name_zh), terms, a_day in BANKS:
        if not PartnerBank.objects.filter(code=code).exists():
            banks.register(actor=DIRECTOR, at=at, code=code, facts=facts)
        if Agreement.objects.filter(code=agreement).exists():
            continue
        agreed = AgreementTerms(**_COMMON, **terms, effective_from=on)  # type: ignore[arg-type]
        version = agreements.draft(
            actor=DIRECTOR, at=at, code=agreement, name=name, name_zh=name_zh, bank_code=code,
            terms=agreed,
        )  # fmt: skip
        agreements.publish(actor=DIRECTOR, at=at, on=on, version_id=version.pk)
        quotas.set_quota(
            actor=DIRECTOR, at=at, agreement_id=version.agreement_id, period="day", amount=a_day
        )
    for person, code in BANK_STAFF:
        if not User.objects.filter(username=person.username).exists():
            user = User.objects.create_user(person.username, cast.PASSWORD, name=person.name)
            bank = PartnerBank.objects.get(code=code)
            staff.admit(actor=DIRECTOR, at=at, user=user, bank_id=bank.pk)
