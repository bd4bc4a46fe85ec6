"""What a file is called: `{partner}_{type}_{YYYYMMDD}_{seq}.csv`, and `.ok` beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from partners.rules.files.kinds import KINDS, FileKind

_NAME = re.compile(
    r"(?P<partner>[A-Za-z0-9][A-Za-z0-9_.-]{0,39})"
    rf"_(?P<kind>{'|'.join(KINDS)})"
    r"_(?P<day>[0-9]{8})_(?P<seq>[0-9]{3,6})\.csv"
)
EXPECTED = "{partner}_{type}_{YYYYMMDD}_{seq}.csv"


class BadName(ValueError):
    """Not a file's name; the message is the name."""


@dataclass(frozen=True, slots=True)
class FileName:
    """Whose file of which kind and day; `seq` counts from 1, a correction has the next one."""

    partner: str
    kind: FileKind
    on: date
    seq: int

    def __str__(self) -> str:
        return f"{self.partner}_{self.kind.name}_{self.on:%Y%m%d}_{self.seq:03}.csv"

    @property
    def companion(self) -> str:
        """The name of the `.ok` file, which says that the file is complete."""
        return str(self).removesuffix(".csv") + ".ok"


def parsed(name: str) -> FileName:
    """
    Return what a name says.

    :raises BadName: if it does not follow the pattern or names no real day
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise BadName(name)
    day, seq = match["day"], int(match["seq"])
    try:
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        raise BadName(name) from None
    parsed_name = FileName(match["partner"], KINDS[match["kind"]], on, seq)
    # One name for one file: neither 00001 nor 000.
    if seq < 1 or str(parsed_name) != name:
        raise BadName(name)
    return parsed_name
