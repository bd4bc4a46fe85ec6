"""Files of invoices and imports of them, made the way the command makes them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from merchants.actions import imports
from tenancy.roles import Role
from tests.tenancy.build import NOON, actor

CHINESE = "企业代号,发票号码,开票日期,购方单位代号,金额,税额,价税合计,发票状态"
ENGLISH = "firm,number,date,buyer,net,tax,gross,status"
AS_OF = date(2020, 1, 31)


def row(serial: int, **changed: str) -> str:
    """One good line of a sales file, with some of its cells changed."""
    cells = {
        "firm": "E1",
        "number": f"{serial:08d}",
        "date": str(date(2018, 1, 1) + timedelta(days=serial % 700)),
        "buyer": f"B{serial % 7:05d}",
        "net": "100.00",
        "tax": "16.00",
        "gross": "116.00",
        "status": "有效发票",
    }
    unknown = set(changed) - set(cells)
    assert not unknown, unknown
    return ",".join((cells | changed).values())


def csv_file(
    folder: Path,
    lines: Iterable[str],
    *,
    name: str = "sales.csv",
    header: str = CHINESE,
    encoding: str = "utf-8",
) -> Path:
    """Write a header and lines; returns the file."""
    path = folder / name
    path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    return path


def imported(path: Path, **options: Any) -> imports.Report:
    """Import a file as an officer would; unknown firms are registered unless told otherwise."""
    wanted: Mapping[str, Any] = {"on": date(2020, 12, 31), "can_register": True} | options
    return imports.import_invoices(
        actor=actor(Role.OFFICER), at=NOON, clock=lambda: NOON, path=path, **wanted
    )


def rejected(report: imports.Report) -> Sequence[tuple[str, ...]]:
    """The rows of the rejects file, without its header."""
    if report.rejects is None:
        return []
    with report.rejects.open(encoding="utf-8-sig", newline="") as stream:
        return [tuple(cells) for cells in csv.reader(stream)][1:]
