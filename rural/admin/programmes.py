"""County programmes, their agreements, and the county's data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from rural.actions import county_data, programmes
from rural.admin.tables import Table
from rural.admin.type_words import type_name
from rural.models import (
    ConsentBasis,
    County,
    CountyDataUse,
    CountyImport,
    DataSource,
    DeletionCertificate,
    Programme,
    ProgrammeAgreement,
)
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, link, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission


class FoundForm(VerbForm):
    """A programme: where, for which product, from how much to how much, from when to when."""

    code = forms.CharField(max_length=40)
    name = forms.CharField(max_length=120)
    name_zh = forms.CharField(max_length=120, required=False)
    county_code = forms.ChoiceField()
    product_code = forms.CharField(max_length=40)
    bank_code = forms.CharField(max_length=40, required=False)
    min_amount = forms.DecimalField(max_digits=20, decimal_places=2, initial="1000")
    max_amount = forms.DecimalField(max_digits=20, decimal_places=2, initial="200000")
    starts_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(max_length=300)

    def prepare(self) -> None:
        """Name the fields as the columns are named; offer the room's counties."""
        counties = County.objects.order_by("code")
        field = self.fields["county_code"]
        field.choices = [(row.code, f"{row.code} {row}") for row in counties]  # type: ignore[attr-defined]
        labels = {
            "code": _("Code"), "name": _("Name"), "name_zh": _("Chinese name"),
            "county_code": _("County"), "product_code": _("Product"),
            "bank_code": _("Bank, empty for our own money"), "min_amount": _("Smallest amount"),
            "max_amount": _("Largest amount"), "starts_on": _("Starts on"),
            "ends_on": _("Ends on"), "source": _("Source"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label


def _found(act: Act) -> str:
    typed = {name: act.values[name] for name in FoundForm.base_fields if name != "key"}
    programme = programmes.found(actor=act.actor, at=act.at, **typed)
    return _("%s is there; it is off until an agreement is signed") % programme


class AgreeForm(VerbForm):
    """What the county signed."""

    reference = forms.CharField(max_length=80)
    data_items = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)
    purpose = forms.CharField(max_length=300)
    exit_terms = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=500)
    signed_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    starts_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Name the fields."""
        labels = {
            "reference": _("Reference"), "data_items": _("Data items, one a line"),
            "purpose": _("Purpose"), "exit_terms": _("On exit"), "signed_on": _("Signed on"),
            "starts_on": _("Starts on"), "ends_on": _("Ends on"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label


def _agree(act: Act) -> str:
    items = [line.strip() for line in act.values["data_items"].splitlines() if line.strip()]
    agreement = programmes.agree(
        actor=act.actor, at=act.at, programme_id=act.row.pk, reference=act.values["reference"],
        data_items=items, purpose=act.values["purpose"], exit_terms=act.values["exit_terms"],
        signed_on=act.values["signed_on"], starts_on=act.values["starts_on"],
        ends_on=act.values["ends_on"],
    )  # fmt: skip
    return _("%s is written down") % agreement


def _on(act: Act) -> str:
    return _switch(act, is_on=True)


def _off(act: Act) -> str:
    return _switch(act, is_on=False)


def _switch(act: Act, *, is_on: bool) -> str:
    programmes.switch(
        actor=act.actor, at=act.at, programme_id=act.row.pk, is_on=is_on,
        reason=act.values["reason"],
    )  # fmt: skip
    return _("%s is switched on") % act.row if is_on else _("%s is switched off") % act.row


@admin.register(Programme)
class ProgrammeAdmin(RoomModelAdmin):
    """County × bank × product."""

    view_permission = Permission.PROGRAMME_VIEW
    page_template = "rural/tables.html"
    list_display = (
        "code",
        "name",
        related("county", gettext_lazy("county")),
        "bank_code",
        "product_code",
        "shown_min",
        "shown_max",
        "shown_switch",
        "ends_on",
    )
    list_filter = ("is_on", "county")
    list_select_related = ("county",)
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)
    list_verbs = (
        Verb(
            "found", gettext_lazy("New programme"), Permission.PROGRAMME_MANAGE, _found, FoundForm,
            tone="go",
        ),
    )  # fmt: skip
    verbs = (
        Verb(
            "agree", gettext_lazy("Enter an agreement"), Permission.PROGRAMME_MANAGE, _agree,
            AgreeForm,
        ),
        Verb(
            "on", gettext_lazy("Switch on"), Permission.PROGRAMME_MANAGE, _on, ReasonForm,
            lambda row: not row.is_on, tone="go",
        ),
        Verb(
            "off", gettext_lazy("Switch off"), Permission.PROGRAMME_MANAGE, _off, ReasonForm,
            lambda row: row.is_on,
            gettext_lazy("No new applications; loans already made go on."), "stop",
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: Programme) -> dict[str, Any]:
        """The programme, its agreements and its data."""
        agreements = [
            (link(each, f"v{each.number}"), each.reference, ", ".join(each.data_items),
             each.purpose, each.starts_on, each.exited_on or each.ends_on)
            for each in row.agreements.order_by("-number")
        ]  # fmt: skip
        headings = (
            _("Version"), _("Reference"), _("Data items"), _("Purpose"), _("From"), _("Until"),
        )  # fmt: skip
        sources = [
            (link(each), each.owner, each.get_consent_basis_display(), each.refreshed_on or "–",
             each.quality if each.quality is not None else "–")
            for each in row.sources.order_by("code")
        ]  # fmt: skip
        return {
            "cards": [("", facts(row))],
            "tables": [
                Table(pgettext("programme", "Agreements"), headings, agreements),
                Table(
                    _("County data"),
                    (
                        _("Department"),
                        pgettext("data", "Owner"),
                        _("Basis"),
                        _("Refreshed on"),
                        _("Quality %"),
                    ),
                    sources,
                ),
            ],
        }

    @admin.display(description=gettext_lazy("smallest amount"), ordering="min_amount")
    def shown_min(self, row: Programme) -> SafeString | str:
        return amount(row.min_amount)

    @admin.display(description=gettext_lazy("largest amount"), ordering="max_amount")
    def shown_max(self, row: Programme) -> SafeString | str:
        return amount(row.max_amount)

    @admin.display(description=gettext_lazy("switched on"), ordering="is_on")
    def shown_switch(self, row: Programme) -> SafeString:
        return tag(_("yes") if row.is_on else _("no"), "good" if row.is_on else "")


def _leave(act: Act) -> str:
    programmes.leave(
        actor=act.actor, at=act.at, on=act.on, agreement_id=act.row.pk,
        reason=act.values["reason"],
    )  # fmt: skip
    return _("The agreement has ended; its data is to be withdrawn")


@admin.register(ProgrammeAgreement)
class ProgrammeAgreementAdmin(RoomModelAdmin):
    """What counties signed."""

    view_permission = Permission.PROGRAMME_VIEW
    list_display = ("reference", related("programme", gettext_lazy("programme")), "number",
                    "purpose", "starts_on", "ends_on", "exited_on")  # fmt: skip
    list_select_related = ("programme",)
    ordering = ("-starts_on",)
    verbs = (
        Verb(
            "leave", gettext_lazy("End before its time"), Permission.PROGRAMME_MANAGE, _leave,
            ReasonForm, lambda row: row.exited_on is None, tone="stop",
        ),
    )  # fmt: skip


def _withdraw(act: Act) -> str:
    certificate = county_data.withdraw(
        actor=act.actor, at=act.at, source_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%(rows)d rows are deleted; certificate %(hash)s") % {
        "rows": certificate.rows,
        "hash": certificate.rows_sha256[:12],
    }


class AnnounceForm(VerbForm):
    """A department's data set; a column a line: name, type, "required" or "-", least, most."""

    code = forms.CharField(max_length=40)
    department = forms.CharField(max_length=120)
    department_zh = forms.CharField(max_length=120, required=False)
    programme = forms.ChoiceField()
    owner = forms.CharField(max_length=120)
    columns = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)
    consent_basis = forms.ChoiceField(choices=ConsentBasis.choices)
    purpose = forms.CharField(max_length=300)
    refresh_days = forms.IntegerField(min_value=1, max_value=3660, initial=365)

    def prepare(self) -> None:
        """Name the fields; offer the room's programmes."""
        programmes_ = [(str(row.pk), str(row)) for row in Programme.objects.order_by("code")]
        self.fields["programme"].choices = programmes_  # type: ignore[attr-defined]
        labels = {
            "code": _("Code"), "department": _("Department"), "department_zh": _("Chinese name"),
            "programme": _("Programme"), "owner": pgettext("data", "Owner"),
            "columns": _("Columns"),
            "consent_basis": _("Basis"), "purpose": _("Purpose"),
            "refresh_days": _("Refreshed every (days)"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["columns"].help_text = _(
            "A line each: name, type (text, integer, decimal, date, boolean), required or -, "
            "least, most"
        )


def _announce(act: Act) -> str:
    source = county_data.announce(
        actor=act.actor, at=act.at, code=act.values["code"],
        department=act.values["department"], department_zh=act.values["department_zh"],
        programme_id=UUID(act.values["programme"]), owner=act.values["owner"],
        columns=[_column(line) for line in act.values["columns"].splitlines() if line.strip()],
        consent_basis=act.values["consent_basis"], purpose=act.values["purpose"],
        refresh_days=act.values["refresh_days"],
    )  # fmt: skip
    return _("%s is announced; its file is taken in by a command") % source


def _column(line: str) -> dict[str, Any]:
    name, kind, required, low, high = ([*line.replace(",", " ").split(), *[""] * 5])[:5]
    bounds = {"min": low or None, "max": high or None}
    given = {bound: value for bound, value in bounds.items() if value is not None}
    return {"name": name, "type": kind, "required": required == "required", **given}


@admin.register(DataSource)
class DataSourceAdmin(RoomModelAdmin):
    """Departments' data sets: schema, owner, basis, quality."""

    view_permission = Permission.PROGRAMME_VIEW
    page_template = "rural/tables.html"
    hidden_columns = ("columns",)
    list_display = ("code", "department", related("programme", gettext_lazy("programme")), "owner",
                    "consent_basis", "refreshed_on", "quality", "withdrawn_at")  # fmt: skip
    list_filter = ("consent_basis",)
    list_select_related = ("programme",)
    search_fields = ("code", "department", "department_zh")
    ordering = ("code",)
    list_verbs = (
        Verb(
            "announce", gettext_lazy("New data source"), Permission.PROGRAMME_MANAGE, _announce,
            AnnounceForm, tone="go",
        ),
    )  # fmt: skip
    verbs = (
        Verb(
            "withdraw", gettext_lazy("Withdraw and delete"), Permission.PROGRAMME_MANAGE,
            _withdraw, ReasonForm, lambda row: row.withdrawn_at is None,
            gettext_lazy("Deletes every record for good and certifies it; decisions keep theirs."),
            "stop",
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: DataSource) -> dict[str, Any]:
        """The schema, the imports, the certificates."""
        schema = [
            (each["name"], type_name(each["type"]), _("yes") if each.get("required") else _("no"),
             f"{each.get('min', '')}–{each.get('max', '')}".strip("–") or "–")
            for each in row.columns
        ]  # fmt: skip
        imports = [
            (link(each), each.get_status_display(), each.started_at, each.rows_read,
             each.rows_new, each.rows_changed, each.rows_rejected)
            for each in row.imports.order_by("-started_at")[:20]
        ]  # fmt: skip
        proofs = [
            (link(each, each.rows_sha256[:12]), each.rows, each.deleted_at, each.reason)
            for each in row.certificates.order_by("-deleted_at")
        ]
        known = [*facts(row, self.hidden_columns), (_("Records held"), row.records.count())]
        return {
            "cards": [("", known)],
            "tables": [
                Table(_("Schema"), (_("Column"), _("Type"), _("Required"), _("Range")), schema),
                Table(
                    _("Imports"),
                    (_("File"), _("Status"), _("Started"), _("Read"), _("New"), _("Changed"),
                     _("Rejected")),
                    imports,
                ),
                Table(
                    _("Deletion certificates"),
                    (_("Hash"), _("Rows"), _("Deleted"), _("Reason")),
                    proofs,
                ),
            ],
        }  # fmt: skip


@admin.register(CountyImport)
class CountyImportAdmin(RoomModelAdmin):
    """Departments' files taken in."""

    view_permission = Permission.PROGRAMME_VIEW
    list_display = ("file_name", related("source", gettext_lazy("source")), "status", "started_at",
                    "rows_read", "rows_new", "rows_changed", "rows_rejected")  # fmt: skip
    list_filter = ("status",)
    list_select_related = ("source",)
    ordering = ("-started_at",)


def _forget(act: Act) -> str:
    certificates = county_data.withdraw_household(
        actor=act.actor, at=act.at, household_id=act.row.household_id,
        reason=act.values["reason"],
    )  # fmt: skip
    return _("%d deletion certificates are made") % len(certificates)


@admin.register(CountyDataUse)
class CountyDataUseAdmin(RoomModelAdmin):
    """Which department's data was used about whom; what a farmer is shown when he asks."""

    view_permission = Permission.HOUSEHOLD_VIEW
    list_display = ("used_at", related("household", gettext_lazy("household")),
                    related("source", gettext_lazy("source")), "purpose", "as_of",
                    "used_by")  # fmt: skip
    list_select_related = ("household", "source")
    search_fields = ("household__head_name", "household__code")
    ordering = ("-used_at",)
    verbs = (
        Verb(
            "forget", gettext_lazy("Delete this farmer's data"), Permission.HOUSEHOLD_RESOLVE,
            _forget, ReasonForm,
            explains=gettext_lazy("What every department said of him, with a certificate."),
            tone="stop",
        ),
    )  # fmt: skip


@admin.register(DeletionCertificate)
class DeletionCertificateAdmin(RoomModelAdmin):
    """Proof of what was deleted."""

    view_permission = Permission.PROGRAMME_VIEW
    list_display = ("deleted_at", related("source", gettext_lazy("source")),
                    related("household", gettext_lazy("household")), "rows", "rows_sha256",
                    "deleted_by")  # fmt: skip
    list_select_related = ("source", "household")
    ordering = ("-deleted_at",)
