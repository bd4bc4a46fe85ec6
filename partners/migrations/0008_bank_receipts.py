import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import ledger.models.fields
import tenancy.models.keys
import tenancy.room
from tenancy.guard import ForbidChange, GuardTenantTables
from tenancy.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("lending", "0009_classes"), ("partners", "0007_consents")]

    operations = [
        migrations.AddField(
            model_name="agreementversion",
            name="collected_by",
            field=models.CharField(
                choices=[("own", "ourselves"), ("bank", "the bank")],
                default="own",
                max_length=4,
                verbose_name="collected by",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="collected_by_bank",
            field=ledger.models.fields.MoneyField(
                decimal_places=4, default=0, max_digits=20, verbose_name="collected by the bank"
            ),
        ),
        migrations.RemoveConstraint(model_name="settlement", name="partners_settlement_adds_up"),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=Q(
                    net=F("partner_share")
                    - F("fees_due_to_platform")
                    + F("fees_due_to_partner")
                    + F("adjustments")
                    + F("compensation")
                    - F("collected_by_bank")
                ),
                name="partners_settlement_adds_up",
            ),
        ),
        migrations.CreateModel(
            name="BankReceipt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "amount",
                    ledger.models.fields.MoneyField(
                        decimal_places=4, max_digits=20, verbose_name="amount"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("value_on", models.DateField(verbose_name="value date")),
                ("booked_on", models.DateField(verbose_name="booked on")),
                (
                    "bank_ref",
                    models.CharField(max_length=80, verbose_name="the bank's reference"),
                ),
                ("told_at", models.DateTimeField(verbose_name="told")),
                (
                    "bank",
                    tenancy.models.keys.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="partners.partnerbank",
                    ),
                ),
                (
                    "event",
                    tenancy.models.keys.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_receipts",
                        to="lending.loanevent",
                    ),
                ),
                (
                    "loan",
                    tenancy.models.keys.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_receipts",
                        to="lending.loan",
                    ),
                ),
                (
                    "participation",
                    tenancy.models.keys.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_receipts",
                        to="partners.participation",
                    ),
                ),
                (
                    "tenant",
                    tenancy.models.keys.RoomKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenancy.room.peek,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt at the bank",
                "verbose_name_plural": "receipts at banks",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["tenant", "bank", "booked_on"], name="partners_bankreceipt_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("amount__gt", 0)),
                        fields=("tenant", "bank", "bank_ref"),
                        name="partners_bankreceipt_once",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "event"), name="partners_bankreceipt_event"
                    ),
                    models.CheckConstraint(
                        condition=Q(("amount", 0), _negated=True)
                        & Q(("bank_ref", ""), _negated=True),
                        name="partners_bankreceipt_facts",
                    ),
                ],
            },
        ),
        GuardTenantTables("partners"),
        run_file(__file__, "0008_bank_receipts.sql"),
        ForbidChange("partners", "BankReceipt"),
    ]
