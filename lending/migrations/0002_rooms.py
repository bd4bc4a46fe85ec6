from django.db import migrations

from tenancy.guard import GuardTenantTables


class Migration(migrations.Migration):
    dependencies = [("lending", "0001_initial")]

    operations = [GuardTenantTables("lending")]
