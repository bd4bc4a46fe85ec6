"""A platform brings the papers that a product asks for."""

import base64

from lending.models import Application
from tenancy import room
from tenancy.models import Tenant
from tests.api import lender
from tests.api.build import Platform
from tests.api.conftest import Connect
from tests.lending import build


def _content(text: str = "%PDF lease") -> str:
    return base64.b64encode(text.encode()).decode()


def _paper(**changes: str) -> dict[str, str]:
    body = {
        "kind": "lease", "name": "lease.pdf", "media_type": "application/pdf",
        "content": _content(),
    }  # fmt: skip
    return {**body, **changes}


def _asking(riverside: Tenant, connect_as: Connect) -> tuple[Platform, str]:
    lender.open_for_business(riverside)
    with room.enter(riverside.pk):
        build.publish(build.draft("tenant-loan", required_papers=("lease",)))
    platform = connect_as(riverside)
    return platform, lender.apply(platform, product="tenant-loan")["id"]


class TestPapers:
    def test_are_listed_brought_and_submit_the_application(
        self, riverside: Tenant, connect_as: Connect
    ) -> None:
        platform, application_id = _asking(riverside, connect_as)

        listed = platform.get(f"applications/{application_id}/papers").json()
        brought = platform.post(f"applications/{application_id}/papers", _paper())

        assert [(each["kind"], each["status"]) for each in listed] == [("lease", "MISSING")]
        assert (brought.status_code, brought.json()["status"]) == (201, "RECEIVED")
        with room.enter(riverside.pk):
            assert Application.objects.get().stage == "SUBMITTED"

    def test_that_are_no_files_are_refused_by_name(
        self, riverside: Tenant, connect_as: Connect
    ) -> None:
        platform, application_id = _asking(riverside, connect_as)
        path = f"applications/{application_id}/papers"

        for content in ("", "%%%", base64.b64encode(b"x" * 1_800_001).decode()):
            refused = platform.post(path, _paper(content=content))
            assert refused.status_code == 422, refused.text
            assert [each["pointer"] for each in refused.json()["errors"]] == ["/content"]
        assert platform.post(path, _paper(kind="id_front")).status_code == 404
        with room.enter(riverside.pk):
            assert Application.objects.get().stage == "COLLECTING"
