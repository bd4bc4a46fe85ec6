from django.db import migrations

from tenancy.guard import ForbidChange, GuardTenantTables
from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        run_file(__file__, "0002_rooms.sql"),
        GuardTenantTables("tenancy"),
        ForbidChange("tenancy", "AuditEvent"),
        ForbidChange("tenancy", "AuditSeal"),
    ]
