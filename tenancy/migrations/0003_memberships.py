from django.db import migrations

from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_rooms")]

    operations = [run_file(__file__, "0003_memberships.sql")]
