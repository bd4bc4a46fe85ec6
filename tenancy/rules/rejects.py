"""Why a row of a file was set aside."""

from dataclasses import dataclass
from enum import StrEnum

REJECT_COLUMNS = ("line", "field", "value", "expected", "reason")
# A cell of the rejects file; longer values are cut, so a hostile row can't fill the disk twice.
LONGEST_VALUE = 200


class Reason(StrEnum):
    """What is wrong, in words that an officer understands; scripts may rely on them."""

    MALFORMED = "wrong number of columns"
    QUOTES = "unbalanced quotes"
    NUL = "NUL character in the row"
    TOO_LONG = "row too long"
    MISSING = "missing value"
    VALUE_TOO_LONG = "value too long"
    NOT_A_NUMBER = "not a number"
    TOO_PRECISE = "too many decimals"
    ABSURD = "absurd amount"
    UNBALANCED = "net plus tax is not gross"
    NOT_A_DATE = "not a date"
    FUTURE = "date in the future"
    TOO_OLD = "date too long ago"
    STATUS = "unknown status"
    DIRECTION = "unknown direction"
    CURRENCY = "wrong currency"
    UNKNOWN_FIRM = "unknown firm"
    CONFLICT = "duplicate number with different content"
    MALFORMED_ID = "not an identity number"
    UNKNOWN_PLACE = "unknown village"


@dataclass(frozen=True, slots=True)
class Reject:
    """One fault of one row. A row with several faults has several."""

    line: int
    field: str
    value: str
    expected: str
    reason: Reason

    def cells(self) -> tuple[str, ...]:
        """The cells of the rejects file, in the order of `REJECT_COLUMNS`."""
        value = self.value.replace("\0", "\\0")
        shown = value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
        return (str(self.line), self.field, shown, self.expected, self.reason.value)
