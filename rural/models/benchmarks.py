from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rural.rules.benchmarks import Kind
from tenancy.models import TenantManager, TenantModel, TenantQuerySet, uuid_key


class BenchmarkKind(models.TextChoices):
    """What a benchmark is about; the words are the rules'."""

    CROP = Kind.CROP.value, _("Crop")
    FATTENING = Kind.FATTENING.value, _("Fattening")
    YIELDING = Kind.YIELDING.value, _("Eggs, milk, young animals")
    LIVING = Kind.LIVING.value, _("Living costs")


class BenchmarkQuerySet(TenantQuerySet["Benchmark"]):
    """Benchmarks by what they say of a place on a day."""

    def in_force(self, on: date) -> BenchmarkQuerySet:
        """Rows that hold on a day; `valid_to` is the last day."""
        return self.filter(valid_from__lte=on).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )

    def covering(self, place: str) -> BenchmarkQuerySet:
        """Rows of a place or of what it lies in, the nearest first; of two the later survey."""
        begins = [place[:digits] for digits in range(len(place) + 1)]
        return self.filter(region__in=begins).order_by(Length("region").desc(), "-year", "-pk")


class Benchmark(TenantModel):
    """
    What a crop, an animal or living itself brings and costs in a region, from a named source.

    A row is never corrected, only ended by a later one. `figures` are decimal strings by name
    (`rural.rules.benchmarks.FIGURES`), `lines` the survey's cost lines, to be looked at.
    `region` begins the codes of the places it speaks for; empty is everywhere.
    """

    id = uuid_key()
    kind = models.CharField(_("kind"), max_length=10, choices=BenchmarkKind)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    region = models.CharField(_("region"), max_length=12, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    figures = models.JSONField(_("figures"))
    lines = models.JSONField(_("cost lines"), default=dict)
    source = models.CharField(_("source"), max_length=300)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # No survey behind it: to be replaced by the county's own figures.
    is_assumed = models.BooleanField(_("is assumed"), default=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = TenantManager.from_queryset(BenchmarkQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("benchmark")
        verbose_name_plural = _("benchmarks")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "code", "region", "valid_from"],
                name="rural_benchmark_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rural_benchmark_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(region__regex=r"^[0-9]{0,12}$"), name="rural_benchmark_region_is_code"
            ),
            models.CheckConstraint(condition=Q(source__gt=""), name="rural_benchmark_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.region or '–'} {self.year}"

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name

    def figure(self, name: str) -> Decimal | None:
        """Return a figure as a number, None if the row has none."""
        value = self.figures.get(name)
        return None if value is None else Decimal(value)
