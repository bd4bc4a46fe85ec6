"""Files: added to a row by a verb, read through a door that notes who looked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from tenancy.actions import documents
from tenancy.admin.access import acting
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.models import Document
from tenancy.permissions import Permission

# What a browser may not run as a page of ours, whatever it was said to be when it came.
MEDIA_TYPES = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "text/csv", "text/plain", "application/zip"}
)
LARGEST_BYTES = 20_000_000
# Five years at least, whatever leap years lie between.
KEPT_FOR = timedelta(days=5 * 366)


class DocumentForm(VerbForm):
    """A file to keep with the row."""

    file = forms.FileField(max_length=200)

    def prepare(self) -> None:
        """Say what fits."""
        field = self.fields["file"]
        field.label = _("File")
        field.help_text = _("PDF, PNG, JPEG, CSV, text or ZIP, at most 20 MB")
        field.widget.attrs["accept"] = ",".join(sorted(MEDIA_TYPES))

    def clean_file(self) -> Any:
        """Refuse what is too large or of another kind."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BYTES or file.content_type not in MEDIA_TYPES:
            raise forms.ValidationError(self.fields["file"].help_text)
        return file


def document_verb() -> Verb:
    """Return the button that keeps a file with a row."""
    return Verb("document", _("Add a document"), Permission.DOCUMENT_ADD, _add, DocumentForm)


def documents_of(row: models.Model) -> list[Document]:
    """Return the files that are kept with a row, newest first."""
    held = Document.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    return list(held.order_by("-added_at"))


def _add(act: Act) -> str:
    file = act.values["file"]
    document = documents.store(
        actor=act.actor,
        at=act.at,
        content=file.read(),
        media_type=file.content_type,
        name=file.name,
        subject=act.row,
        retain_until=act.on + KEPT_FOR,
    )
    return _("%s is kept") % document


@admin.register(Document)
class DocumentAdmin(RoomModelAdmin):
    """Every file of the room; the content only through the door that notes it."""

    view_permission = Permission.DOCUMENT_VIEW
    list_display = ("name", "media_type", "size_bytes", "subject_type", "added_at", "added_by")
    list_filter = ("subject_type", "media_type")
    search_fields = ("name", "sha256", "subject_id")
    ordering = ("-added_at",)

    def get_urls(self) -> list[URLPattern]:
        """The content has an address of its own."""
        content = self.admin_site.admin_view(self.content)
        return [
            path("<str:object_id>/content/", content, name="tenancy_document_content"),
            *super().get_urls(),
        ]

    def content(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand out the file, always as a download."""
        row = self.found(request, object_id)
        document, content = documents.read(
            actor=acting(request), at=timezone.now(), document_id=row.pk
        )
        answer = HttpResponse(content, content_type=document.media_type)
        header = content_disposition_header(as_attachment=True, filename=document.name)
        answer.headers["Content-Disposition"] = header or "attachment"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
