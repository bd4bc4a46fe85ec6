from django.db import migrations, models

from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_claims")]

    operations = [
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.UniqueConstraint(
                fields=["tenant", "bank", "bank_loan_number"],
                condition=~models.Q(bank_loan_number=""),
                name="partners_participation_bank_loan",
            ),
        ),
        run_file(__file__, "0006_booking.sql"),
    ]
