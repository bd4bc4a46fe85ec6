"""A file much larger than a batch costs no more memory than a small one."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from config.database import Address, as_role
from config.home import ROOT
from merchants.models import ImportRun, Invoice
from tenancy import room as rooms
from tenancy.models import Tenant
from tests.merchants.build import CHINESE

MEGABYTE = 1 << 20
LARGEST_RESIDENT = 500 * MEGABYTE
FIRMS, INVOICES = 100, 4000
# A column that nobody asked for, to make the file large without so many rows.
REMARK = "代开" * 100


def lines() -> Iterator[str]:
    """Rows of 100 firms, with a bad one in a thousand; about 480 bytes each."""
    yield f"{CHINESE},备注"
    for firm in range(FIRMS):
        for i in range(INVOICES):
            number = f"{firm:04d}-{i:012d}-{'0123456789' * 3}"
            day = f"20{17 + i % 3}-{1 + i % 12:02d}-{1 + i % 28:02d}"
            net = "x" if i % 1000 == 7 else f"{i}.25"
            amounts = f"{net},0,{i}.25"
            yield f"E{firm:05d},{number},{day},B{i % 97:05d},{amounts},有效发票,{REMARK}"


def peak_bytes(process: "subprocess.Popen[str]") -> int:
    """Watch a process until it ends; return the most memory it was resident in."""
    status = Path(f"/proc/{process.pid}/status")
    peak = 0
    while process.poll() is None:
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                peak = max(peak, int(line.split()[1]) * 1024)
        time.sleep(0.05)
    return peak


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.usefixtures("transactional_db")
class TestLargeFile:
    def test_streams_within_500_megabytes(self, tmp_path: Path, database: Address) -> None:
        tenant = Tenant.objects.create(slug="large", name="Large", business_date=date(2026, 1, 5))
        path = tmp_path / "large.csv"
        with path.open("w", encoding="gbk") as stream:
            stream.writelines(f"{line}\n" for line in lines())
        assert path.stat().st_size > 150 * MEGABYTE
        url = as_role(database, "app").url()

        process = subprocess.Popen(
            [sys.executable, "manage.py", "import", "invoices", str(path), "--tenant", "large",
             "--register", "--json"],
            cwd=ROOT, env=os.environ | {"APP_DATABASE_URL": url}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        output: list[str] = []
        assert process.stdout is not None
        reader = threading.Thread(target=lambda: output.append(process.communicate()[0]))
        peak = peak_bytes(process)
        reader.start()
        reader.join()

        assert process.returncode == 0, output
        with rooms.enter(tenant.pk):
            run = ImportRun.objects.get()
            assert run.encoding == "GBK"
            assert run.rows_rejected == FIRMS * INVOICES // 1000
            assert run.rows_new == Invoice.objects.count() == FIRMS * INVOICES * 999 // 1000
        assert peak < LARGEST_RESIDENT
