"""Which column of a file is which, in the tax bureau's Chinese or in English."""

from collections.abc import Iterable

# Our name -> what files call it (compared without case, spaces and underscores).
_NAMES: dict[str, tuple[str, ...]] = {
    "firm": ("企业代号", "企业编号", "firm", "firm code", "firm id", "merchant", "merchant code"),
    "code": ("发票代码", "invoice code", "code"),
    "number": ("发票号码", "number", "invoice number", "invoice no"),
    "issued_on": ("开票日期", "issued on", "date", "invoice date", "issue date"),
    "buyer": ("购方单位代号", "购方代号", "buyer", "buyer code", "customer"),
    "seller": ("销方单位代号", "销方代号", "seller", "seller code", "supplier"),
    "counterparty": ("对方单位代号", "counterparty", "counterparty code"),
    "net": ("金额", "net", "net amount", "amount"),
    "tax": ("税额", "tax", "tax amount", "vat"),
    "gross": ("价税合计", "gross", "gross amount", "total"),
    "status": ("发票状态", "status", "invoice status"),
    "direction": ("发票方向", "direction"),
    "currency": ("币种", "currency"),
    "rating": ("信誉评级", "rating", "credit rating"),
    "defaulted": ("是否违约", "defaulted", "default", "is default"),
}
REQUIRED = ("firm", "number", "issued_on", "net", "tax", "gross")
SALE, PURCHASE = "sale", "purchase"
_COUNTERPARTY_OF = {"buyer": SALE, "seller": PURCHASE}


class UnknownColumns(ValueError):
    """The file lacks columns; `missing` are ours, `found` are the file's."""

    def __init__(self, missing: tuple[str, ...], found: tuple[str, ...]) -> None:
        self.missing = missing
        self.found = found
        super().__init__(f"columns {', '.join(missing)} not found among {', '.join(found)}")


def invoice_columns(found: Iterable[str], direction: str | None) -> tuple[dict[str, str], str]:
    """
    Match a file's columns to an invoice's.

    A file with the buyers' codes holds sales, one with the sellers' codes purchases; a file
    with both holds the firm's own code too, so the direction must be given. The direction is
    "" when each row has its own.

    :return: our name -> the file's name, and the direction of all rows
    :raises UnknownColumns: naming each column (or the direction) that is missing
    """
    found = tuple(found)
    ours = _matched(found)
    present = [side for side in _COUNTERPARTY_OF if side in ours]
    if direction is None and "direction" not in ours and len(present) == 1:
        direction = _COUNTERPARTY_OF[present[0]]
    for side in present:
        name = ours.pop(side)
        if direction in (None, _COUNTERPARTY_OF[side]) or len(present) == 1:
            ours.setdefault("counterparty", name)
    missing = [name for name in (*REQUIRED, "counterparty") if name not in ours]
    if direction is None and "direction" not in ours:
        missing.append("direction")
    if missing:
        raise UnknownColumns(tuple(missing), found)
    return ours, direction or ""


def label_columns(found: Iterable[str]) -> dict[str, str]:
    """
    Match the columns of a file of labels: firm, rating, defaulted.

    :raises UnknownColumns: naming each column that is missing
    """
    found = tuple(found)
    ours = _matched(found)
    missing = tuple(name for name in ("firm", "rating", "defaulted") if name not in ours)
    if missing:
        raise UnknownColumns(missing, found)
    return ours


def _matched(found: tuple[str, ...]) -> dict[str, str]:
    by_alias = {_plain(alias): ours for ours, names in _NAMES.items() for alias in names}
    matched: dict[str, str] = {}
    for name in found:
        ours = by_alias.get(_plain(name))
        if ours is not None:
            matched.setdefault(ours, name)
    return matched


def _plain(name: str) -> str:
    return name.strip().strip("\ufeff").casefold().replace("_", "").replace(" ", "")
