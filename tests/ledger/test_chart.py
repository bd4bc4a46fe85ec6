import pytest
from django.utils.translation import override

from ledger.actions.chart import open_accounts
from ledger.models import Account, account_id
from ledger.rules.chart import STANDARD_CHART
from ledger.rules.money import UnknownCurrency
from tenancy.actors import Actor
from tenancy.errors import Forbidden
from tenancy.models import AuditEvent, Tenant
from tests.ledger.build import NOON, OFFICER

SYSTEM = Actor.system("test")


class TestOpenAccounts:
    def test_opens_the_standard_chart_in_a_currency(self, room: Tenant) -> None:
        opened = open_accounts(currency="CNY", actor=SYSTEM, at=NOON)

        assert [account.code for account in opened] == [
            *("1000", "1010", "1100", "1210", "1310", "1320"),
            *("2100", "2200", "4100", "4200", "4300", "5100"),
        ]
        assert set(Account.objects.all()) == set(opened)
        assert AuditEvent.objects.get().action == "ledger.open_accounts"

    def test_repeating_it_changes_nothing(self, room: Tenant) -> None:
        open_accounts(STANDARD_CHART[:3], currency="CNY", actor=SYSTEM, at=NOON)
        Account.objects.filter(code="1000").update(name="Cash at ICBC")

        opened = open_accounts(currency="CNY", actor=SYSTEM, at=NOON)
        open_accounts(currency="CNY", actor=SYSTEM, at=NOON)

        assert opened[0].name == "Cash at ICBC"
        assert Account.objects.count() == len(STANDARD_CHART)
        assert AuditEvent.objects.count() == 2

    def test_gives_an_account_the_id_that_follows_from_its_name(self, room: Tenant) -> None:
        for account in open_accounts(currency="JPY", actor=SYSTEM, at=NOON):
            assert account.pk == account_id(room.pk, account.code, "JPY")

    def test_refuses_a_currency_that_does_not_exist(self, room: Tenant) -> None:
        with pytest.raises(UnknownCurrency):
            open_accounts(currency="RMB", actor=SYSTEM, at=NOON)

    def test_is_not_for_officers(self, room: Tenant) -> None:
        with pytest.raises(Forbidden):
            open_accounts(currency="CNY", actor=OFFICER, at=NOON)


class TestAccount:
    def test_is_named_in_the_readers_language(self, books: Tenant) -> None:
        cash = Account.objects.get(code="1000", currency="CNY")

        assert str(cash) == "1000 Cash at bank (CNY)"
        with override("zh-hans"):
            assert str(cash) == "1000 银行存款 (CNY)"


class TestStandardChart:
    def test_has_a_name_in_both_languages_for_every_code_once(self) -> None:
        assert len({row.code for row in STANDARD_CHART}) == len(STANDARD_CHART)
        assert all(row.name and row.name_zh for row in STANDARD_CHART)
