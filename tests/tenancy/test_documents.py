from pathlib import Path

import pytest

from tenancy import room as rooms
from tenancy.actions import documents
from tenancy.errors import Forbidden, NotFound
from tenancy.models import AuditEvent, Document, Tenant
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor


@pytest.fixture(autouse=True)
def _store(settings, tmp_path: Path) -> None:
    settings.DOCUMENT_ROOT = tmp_path


def _store_one(subject: Tenant, content: bytes = b"%PDF contract") -> Document:
    return documents.store(
        actor=actor(),
        at=NOON,
        content=content,
        media_type="application/pdf",
        name="contract.pdf",
        subject=subject,
        retain_until=NOON.date().replace(year=2031),
    )


class TestDocuments:
    def test_the_same_content_is_kept_once(self, room: Tenant, tmp_path: Path) -> None:
        assert _store_one(room) == _store_one(room)
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    def test_reading_is_audited(self, room: Tenant) -> None:
        document = _store_one(room)

        _, content = documents.read(actor=actor(), at=NOON, document_id=document.pk)

        assert content == b"%PDF contract"
        assert AuditEvent.objects.filter(action="document.view").count() == 1

    def test_an_altered_file_is_not_given_out(self, room: Tenant, tmp_path: Path) -> None:
        document = _store_one(room)
        (stored,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        stored.write_bytes(b"%PDF another contract")

        with pytest.raises(documents.DocumentAltered):
            documents.read(actor=actor(), at=NOON, document_id=document.pk)

    def test_anothers_document_is_not_found(self, room: Tenant) -> None:
        document = _store_one(room)
        other = Tenant.objects.create(slug="o", name="O", business_date=room.business_date)

        with rooms.entered(other.pk), pytest.raises(NotFound):
            documents.read(actor=actor(), at=NOON, document_id=document.pk)

    def test_a_platform_may_add_but_not_read(self, room: Tenant) -> None:
        document = _store_one(room)

        with pytest.raises(Forbidden):
            documents.read(actor=actor(Role.PLATFORM), at=NOON, document_id=document.pk)
