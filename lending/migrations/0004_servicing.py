from django.db import migrations

from tenancy.guard import ForbidChange
from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("lending", "0003_origination")]

    operations = [
        run_file(__file__, "0004_servicing.sql"),
        ForbidChange("lending", "LoanEvent"),
        ForbidChange("lending", "CloseStep"),
        ForbidChange("lending", "Loan", update=False),
        ForbidChange("lending", "PaymentOrder", update=False),
        ForbidChange("lending", "RailMessage", update=False),
        ForbidChange("lending", "CloseRun", update=False),
    ]
