from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ledger.rules.currencies import EXPONENTS
from tenancy.guard import ForbidChange, GuardTenantTables
from tenancy.sql import run_file


def fill_currencies(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    currency = apps.get_model("ledger", "Currency")
    currency.objects.bulk_create(
        currency(code=code, exponent=digits) for code, digits in EXPONENTS.items()
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(fill_currencies, migrations.RunPython.noop),
        run_file(__file__, "0002_books.sql"),
        GuardTenantTables("ledger"),
        ForbidChange("ledger", "Account", update=False),
        ForbidChange("ledger", "JournalEntry"),
        ForbidChange("ledger", "Posting"),
        ForbidChange("ledger", "Period"),
    ]
