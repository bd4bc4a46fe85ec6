"""`manage.py import invoices` as scripts use it."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from merchants.actions import generation
from merchants.models import Invoice, Merchant
from tenancy.models import Tenant
from tests.merchants.build import csv_file, row

SMALL = generation.Size(labelled=4, applicants=3, scale=0.05)


def run(path: Path, *options: str, tenant: str = "riverside") -> dict[str, Any]:
    """Call the command with --json; return the object on its last line."""
    out = io.StringIO()
    call_command(
        "import", "invoices", str(path), "--tenant", tenant, "--json", *options, stdout=out
    )
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


class TestImportCommand:
    @pytest.mark.usefixtures("room")
    def test_takes_a_folder_with_its_labels(self, tmp_path: Path) -> None:
        rows = generation.write_folder(tmp_path, seed=7, size=SMALL)

        result = run(tmp_path)

        assert result["labels"] == SMALL.labelled
        assert {each["file"]: each["new"] for each in result["files"]} == {
            name: count for name, count in rows.items() if name != "labels.csv"
        }
        assert Merchant.objects.filter(is_labelled=True).count() == SMALL.labelled
        assert Merchant.objects.filter(is_labelled=False).count() == SMALL.applicants
        assert not list(tmp_path.glob("*.rejected.csv"))
        assert [each["known"] for each in run(tmp_path)["files"]] == [
            count for name, count in rows.items() if name != "labels.csv"
        ]

    @pytest.mark.usefixtures("room")
    def test_shows_how_far_it_is_on_stderr(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(csv_file(tmp_path, [row(1)]), "--register")

        shown = capsys.readouterr()
        assert "sales.csv: checking" in shown.err
        assert "sales.csv: reading" in shown.err

    @pytest.mark.usefixtures("room")
    def test_turns_unknown_firms_of_a_single_file_away(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(1), row(2)])

        result = run(path)

        assert result["files"][0]["rejected"] == 2
        assert result["files"][0]["rejects"] == f"{path}.rejected.csv"
        assert run(path, "--register")["files"][0]["new"] == 2

    @pytest.mark.usefixtures("room")
    def test_takes_direction_date_and_place_of_rejects(self, tmp_path: Path) -> None:
        header = "firm,number,date,counterparty,net,tax,gross,status"
        path = csv_file(tmp_path, [row(1), row(2, date="2020-01-02")], header=header)
        aside = tmp_path / "aside.csv"

        with pytest.raises(CommandError, match="direction"):
            run(path, "--register")
        options = ["--direction", "purchase", "--on", "2020-01-01", "--rejects", str(aside)]
        result = run(path, "--register", *options)

        assert (result["files"][0]["new"], result["files"][0]["rejected"]) == (1, 1)
        assert Invoice.objects.get().direction == "purchase"
        assert "date in the future" in aside.read_text(encoding="utf-8")

    @pytest.mark.usefixtures("room")
    def test_refuses_an_unknown_tenant_and_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no tenant 'nobody'; there are: riverside"):
            run(tmp_path, tenant="nobody")
        with pytest.raises(CommandError, match="holds none of labelled_sales"):
            run(tmp_path)

    def test_writes_into_the_named_tenant_only(self, room: Tenant, tmp_path: Path) -> None:
        Tenant.objects.create(slug="other", name="Other", business_date=date(2026, 1, 5))

        run(csv_file(tmp_path, [row(1)]), "--register", tenant="other")

        assert room.slug == "riverside"
        assert not Invoice.objects.exists()


class TestGenerateCommand:
    def test_writes_a_folder(self, tmp_path: Path) -> None:
        out = io.StringIO()

        call_command(
            "generate_invoices", str(tmp_path), "--seed", "3", "--firms", "2",
            "--labelled", "2", "--scale", "0.05", stdout=out, stderr=io.StringIO(),
        )  # fmt: skip

        assert "labels.csv: 2" in out.getvalue()
        assert (tmp_path / "applicants_sales.csv").is_file()
