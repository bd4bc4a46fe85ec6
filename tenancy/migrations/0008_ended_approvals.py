from django.db import migrations, models
from django.db.models import Q

from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0007_webhook_audience")]

    operations = [
        migrations.AddField(
            model_name="approvalrequest",
            name="ended_by",
            field=models.CharField(blank=True, max_length=120, verbose_name="not agreed by"),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="ended_reason",
            field=models.TextField(blank=True, verbose_name="why not agreed"),
        ),
        migrations.AlterField(
            model_name="approvalrequest",
            name="status",
            field=models.CharField(
                choices=[
                    ("PENDING", "Waiting for the second person"),
                    ("APPROVED", "Approved"),
                    ("REJECTED", "Rejected"),
                    ("LAPSED", "Lapsed"),
                    ("REFUSED", "Refused outside"),
                ],
                default="PENDING",
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="approvalrequest", name="tenancy_approval_decided_iff_settled"
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=Q(
                    status__in=["PENDING", "LAPSED", "REFUSED"],
                    checker_id="",
                    decided_at__isnull=True,
                )
                | (
                    Q(
                        status__in=["APPROVED", "REJECTED", "LAPSED", "REFUSED"],
                        decided_at__isnull=False,
                    )
                    & ~Q(checker_id="")
                ),
                name="tenancy_approval_decided_iff_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", ended_reason="")
                & ~Q(status="REFUSED")
                & ~Q(status="LAPSED", decided_at__isnull=False)
                | Q(ended_at__isnull=False, status="LAPSED") & ~Q(ended_by="")
                | Q(ended_at__isnull=False, status="REFUSED")
                & ~Q(ended_by="")
                & ~Q(ended_reason=""),
                name="tenancy_approval_ended_by_whom",
            ),
        ),
        run_file(__file__, "0008_ended_approvals.sql"),
    ]
