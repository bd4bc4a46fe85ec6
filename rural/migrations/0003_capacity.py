import django.db.models.deletion
from django.db import migrations, models

import ledger.models.fields
import rural.rules.capacity
import tenancy.ids
import tenancy.models.keys
import tenancy.room
from tenancy.guard import ForbidChange, GuardTenantTables
from tenancy.sql import run_file
from tenancy.together import CreateTogether


class Migration(migrations.Migration):
    dependencies = [
        ("rural", "0002_rooms"),
        ("tenancy", "0005_token_attempts"),
    ]

    operations = [
        CreateTogether(
            [
                migrations.CreateModel(
                    name="CapacityPolicy",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=tenancy.ids.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                        ("rules", models.JSONField(verbose_name="rules")),
                        ("note", models.CharField(max_length=300, verbose_name="note")),
                        ("effective_from", models.DateField(verbose_name="effective from")),
                        (
                            "drafted_by",
                            models.CharField(max_length=120, verbose_name="drafted by"),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="published"),
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
                        "verbose_name": "capacity policy",
                        "verbose_name_plural": "capacity policies",
                        "abstract": False,
                        "base_manager_name": "objects",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("tenant", "number"), name="rural_capacitypolicy_number"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("published_at__isnull", True)),
                                fields=("tenant",),
                                name="rural_capacitypolicy_one_draft",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Assessment",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=tenancy.ids.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "household_version",
                            models.PositiveIntegerField(verbose_name="version of the household"),
                        ),
                        ("product_code", models.CharField(max_length=40, verbose_name="product")),
                        ("case", models.JSONField(verbose_name="inputs")),
                        ("result", models.JSONField(verbose_name="result")),
                        ("comments", models.JSONField(default=dict, verbose_name="comments")),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("lend", "Lend up to the limit"),
                                    ("below_minimum", "Limit below the smallest amount"),
                                    ("too_small", "Limit too small to keep cash above zero"),
                                    ("illiquid", "No amount keeps cash above zero"),
                                    ("overburdened", "Existing debts are too heavy"),
                                    ("no_grade", "This grade gets no credit"),
                                    ("blocked", "Something must be cleared up first"),
                                ],
                                max_length=16,
                                verbose_name="verdict",
                            ),
                        ),
                        (
                            "limit",
                            ledger.models.fields.MoneyField(
                                decimal_places=4, max_digits=20, verbose_name="limit"
                            ),
                        ),
                        ("binding", models.CharField(max_length=2, verbose_name="binding test")),
                        ("evidence_sha256", models.CharField(max_length=64, verbose_name="hash")),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("assessed_at", models.DateTimeField(verbose_name="assessed")),
                        (
                            "assessed_by",
                            models.CharField(max_length=120, verbose_name="assessed by"),
                        ),
                        (
                            "household",
                            tenancy.models.keys.TenantForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assessments",
                                to="rural.household",
                                verbose_name="household",
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
                        (
                            "policy",
                            tenancy.models.keys.TenantForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="rural.capacitypolicy",
                                verbose_name="capacity policy",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "assessment",
                        "verbose_name_plural": "assessments",
                        "abstract": False,
                        "base_manager_name": "objects",
                        "indexes": [
                            models.Index(
                                fields=["tenant", "household", "-assessed_at"],
                                name="rural_assessment_latest",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("limit__gt", 0),
                                        ("verdict", rural.rules.capacity.Verdict["LEND"]),
                                    ),
                                    models.Q(
                                        models.Q(
                                            ("verdict", rural.rules.capacity.Verdict["LEND"]),
                                            _negated=True,
                                        ),
                                        ("limit", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="rural_assessment_lends_or_not",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("evidence_sha256__regex", "^[0-9a-f]{64}$")),
                                name="rural_assessment_hash_is_sha256",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Observation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=tenancy.ids.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("parcel", models.CharField(max_length=40, verbose_name="parcel")),
                        ("observed_on", models.DateField(verbose_name="observed on")),
                        ("crop_class", models.CharField(max_length=40, verbose_name="crop seen")),
                        (
                            "area_mu",
                            models.DecimalField(
                                decimal_places=2, max_digits=9, verbose_name="area in mu"
                            ),
                        ),
                        (
                            "confidence",
                            models.DecimalField(
                                decimal_places=4, max_digits=5, verbose_name="confidence"
                            ),
                        ),
                        (
                            "stage",
                            models.CharField(blank=True, max_length=40, verbose_name="stage"),
                        ),
                        (
                            "cloud_pct",
                            models.DecimalField(
                                decimal_places=2, max_digits=5, verbose_name="clouds in %"
                            ),
                        ),
                        ("provider", models.CharField(max_length=60, verbose_name="provider")),
                        (
                            "evidence_url",
                            models.CharField(blank=True, max_length=500, verbose_name="evidence"),
                        ),
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        (
                            "household",
                            tenancy.models.keys.TenantForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="observations",
                                to="rural.household",
                                verbose_name="household",
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
                        "verbose_name": "observation",
                        "verbose_name_plural": "observations",
                        "abstract": False,
                        "base_manager_name": "objects",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=(
                                    "tenant",
                                    "household",
                                    "provider",
                                    "parcel",
                                    "observed_on",
                                ),
                                name="rural_observation_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("area_mu__gt", 0),
                                    ("cloud_pct__gte", 0),
                                    ("cloud_pct__lte", 100),
                                    ("confidence__gte", 0),
                                    ("confidence__lte", 1),
                                ),
                                name="rural_observation_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Benchmark",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=tenancy.ids.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("crop", "Crop"),
                                    ("fattening", "Fattening"),
                                    ("yielding", "Eggs, milk, young animals"),
                                    ("living", "Living costs"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("name_zh", models.CharField(max_length=80, verbose_name="Chinese name")),
                        (
                            "region",
                            models.CharField(blank=True, max_length=12, verbose_name="region"),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                        ("figures", models.JSONField(verbose_name="figures")),
                        ("lines", models.JSONField(default=dict, verbose_name="cost lines")),
                        ("source", models.CharField(max_length=300, verbose_name="source")),
                        (
                            "note",
                            models.CharField(blank=True, max_length=300, verbose_name="note"),
                        ),
                        (
                            "is_assumed",
                            models.BooleanField(default=False, verbose_name="is assumed"),
                        ),
                        ("valid_from", models.DateField(verbose_name="valid from")),
                        (
                            "valid_to",
                            models.DateField(blank=True, null=True, verbose_name="valid to"),
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
                        "verbose_name": "benchmark",
                        "verbose_name_plural": "benchmarks",
                        "abstract": False,
                        "base_manager_name": "objects",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("tenant", "kind", "code", "region", "valid_from"),
                                name="rural_benchmark_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_to__isnull", True),
                                    ("valid_to__gte", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="rural_benchmark_dates_in_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("region__regex", "^[0-9]{0,12}$")),
                                name="rural_benchmark_region_is_code",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source__gt", "")),
                                name="rural_benchmark_has_source",
                            ),
                        ],
                    },
                ),
            ]
        ),
        GuardTenantTables("rural"),
        run_file(__file__, "0003_capacity.sql"),
        ForbidChange("rural", "Assessment"),
        ForbidChange("rural", "Observation"),
        ForbidChange("rural", "Benchmark", update=False),
        ForbidChange("rural", "CapacityPolicy", update=False, delete=False),
    ]
