from django.db import migrations

from tenancy.guard import ForbidChange, GuardTenantTables
from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]

    operations = [
        GuardTenantTables("scoring"),
        run_file(__file__, "0002_frozen.sql"),
        ForbidChange("scoring", "FeatureSnapshot"),
        ForbidChange("scoring", "Decision"),
        ForbidChange("scoring", "Scorecard", update=False),
        ForbidChange("scoring", "Policy", update=False),
        ForbidChange("scoring", "TrainingRun", update=False),
    ]
