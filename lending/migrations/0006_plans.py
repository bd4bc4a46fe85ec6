from django.db import migrations

from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("lending", "0005_funding")]

    operations = [run_file(__file__, "0006_plans.sql")]
