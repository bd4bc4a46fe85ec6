from django.db import migrations

from tenancy.guard import ForbidChange
from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("lending", "0002_rooms")]

    operations = [
        run_file(__file__, "0003_origination.sql"),
        ForbidChange("lending", "StageChange"),
        ForbidChange("lending", "RegulationRule", update=False),
        ForbidChange("lending", "ProductVersion", update=False, delete=False),
        ForbidChange("lending", "Application", update=False),
        ForbidChange("lending", "Offer", update=False),
        ForbidChange("lending", "CreditLine", update=False),
    ]
