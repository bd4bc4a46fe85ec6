from django.db import migrations

from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_booking"), ("tenancy", "0006_approvals")]

    operations = [run_file(__file__, "0007_consents.sql")]
