from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lending", "0009_classes")]

    operations = [
        migrations.AlterField(
            model_name="loanclass",
            name="asset_class",
            field=models.CharField(
                choices=[
                    ("normal", "Normal"),
                    ("special_mention", "Special mention"),
                    ("sma_0", "Special mention, up to 30 days"),
                    ("sma_1", "Special mention, 31 to 60 days"),
                    ("sma_2", "Special mention, 61 to 90 days"),
                    ("npa", "Non-performing"),
                    ("substandard", "Substandard"),
                    ("doubtful", "Doubtful"),
                    ("loss", "Loss"),
                ],
                max_length=15,
                verbose_name="class",
            ),
        ),
    ]
