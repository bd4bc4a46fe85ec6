from django.db import migrations

from tenancy.guard import ForbidChange, GuardTenantTables
from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("rural", "0001_initial")]

    operations = [
        GuardTenantTables("rural"),
        run_file(__file__, "0002_rooms.sql"),
        ForbidChange("rural", "FormDefinition", update=False, delete=False),
        ForbidChange("rural", "HouseholdRevision"),
        ForbidChange("rural", "IntakeRule"),
        ForbidChange("rural", "AttachmentUse"),
        ForbidChange("rural", "Household", update=False),
        ForbidChange("rural", "Submission", update=False),
        ForbidChange("rural", "ConflictCase", update=False),
        ForbidChange("rural", "Attachment", update=False),
    ]
