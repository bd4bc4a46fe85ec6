"""What makes an invoice row good: a table of bad cells, each named."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from merchants.rules.columns import PURCHASE, SALE, UnknownColumns, invoice_columns, label_columns
from merchants.rules.invoices import Checked, Expectation, check
from tenancy.rules.delimited import Rows
from tenancy.rules.rejects import Reason

GOOD = {
    "firm": "E1",
    "number": "15212483",
    "date": "2019-05-06",
    "buyer": "B1",
    "net": "100.00",
    "tax": "16.00",
    "gross": "116.00",
    "status": "有效发票",
    "currency": "CNY",
}


def checked(*changes: dict[str, Any], currency: str = "CNY", exponent: int = 2) -> Checked:
    rows = [GOOD | change for change in changes]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pa.array([row.get(name) for row in rows]) for name in names}
    ours, direction = invoice_columns(names, None)
    expectation = Expectation(ours, direction, date(2020, 1, 31), currency, exponent)
    return check(Rows(np.arange(2, 2 + len(rows)), columns), expectation)


class TestCheck:
    @pytest.mark.parametrize(
        ("field", "value", "reason"),
        [
            ("firm", " ", Reason.MISSING),
            ("firm", "E" * 65, Reason.VALUE_TOO_LONG),
            ("number", "", Reason.MISSING),
            ("number", "15\x0012", Reason.NUL),
            ("buyer", "", Reason.MISSING),
            ("date", "", Reason.NOT_A_DATE),
            ("date", "2019-02-29", Reason.NOT_A_DATE),
            ("date", "06/05/2019", Reason.NOT_A_DATE),
            ("date", "43591", Reason.NOT_A_DATE),
            ("date", "2020-02-01", Reason.FUTURE),
            ("date", "1989-12-31", Reason.TOO_OLD),
            ("net", "", Reason.NOT_A_NUMBER),
            ("net", "1e2", Reason.NOT_A_NUMBER),
            ("net", "NaN", Reason.NOT_A_NUMBER),
            ("net", "inf", Reason.NOT_A_NUMBER),
            ("net", "¥100", Reason.NOT_A_NUMBER),
            ("net", "10,00", Reason.NOT_A_NUMBER),
            ("tax", "16.001", Reason.TOO_PRECISE),
            ("gross", "1000000000000.01", Reason.ABSURD),
            ("gross", "9" * 40, Reason.ABSURD),
            ("gross", "116.03", Reason.UNBALANCED),
            ("gross", "-116.00", Reason.UNBALANCED),
            ("status", "待定", Reason.STATUS),
            ("currency", "USD", Reason.CURRENCY),
        ],
    )
    def test_names_the_field_and_the_fault(self, field: str, value: str, reason: Reason) -> None:
        result = checked({}, {field: value})

        assert [(r.line, r.field, r.value, r.reason) for r in result.rejects] == [
            (3, field, value, reason)
        ]
        assert result.lines.tolist() == [2]

    def test_names_every_fault_of_a_row(self) -> None:
        result = checked({"number": "", "date": "yesterday", "net": "much"})

        assert {r.field for r in result.rejects} == {"number", "date", "net"}

    @pytest.mark.parametrize(
        ("value", "day"),
        [
            ("2019-5-6", date(2019, 5, 6)),
            ("2019/05/06", date(2019, 5, 6)),
            ("2019.5.6", date(2019, 5, 6)),
            ("20190506", date(2019, 5, 6)),
            ("2019年5月6日", date(2019, 5, 6)),
            ("2019-05-06 00:00:00", date(2019, 5, 6)),
            (" 2020-01-31 ", date(2020, 1, 31)),
            ("1990-01-01", date(1990, 1, 1)),
        ],
    )
    def test_reads_dates_as_they_are_written(self, value: str, day: date) -> None:
        assert checked({"date": value}).issued_on.to_pylist() == [day]

    @pytest.mark.parametrize(
        ("net", "tax", "gross", "fen"),
        [
            ("100", "16", "116", 10000),
            ("1,234.50", "0.00", "1,234.5", 123450),
            (" +100.00 ", "16.", "116.0", 10000),
            ("-100.00", "-16.00", "-116.00", -10000),
            ("−100.00", "−16.00", "−116.00", -10000),
            ("100.00", "16.00", "116.02", 10000),
            ("999999999999.99", "0", "999999999999.99", 99999999999999),
            ("0", "0", "0", 0),
            (0.1 + 0.2, 0.0, 0.3, 30),
            (-943.4, -56.6, -1000.0, -94340),
        ],
    )
    def test_reads_amounts_exactly(self, net: Any, tax: Any, gross: Any, fen: int) -> None:
        result = checked({"net": net, "tax": tax, "gross": gross})

        assert not result.rejects
        assert result.net.tolist() == [fen]

    def test_keeps_void_invoices_and_credit_notes_as_such(self) -> None:
        credit_note = {"net": "-5", "tax": "-1", "gross": "-6"}

        result = checked({"status": " 作废发票"}, {"status": "void"}, credit_note)

        assert result.is_void.tolist() == [True, True, False]
        assert result.net.tolist() == [10000, 10000, -500]

    def test_puts_the_invoice_code_before_the_number(self) -> None:
        result = checked({"发票代码": "3300194130"}, {"发票代码": ""})

        assert result.number.to_pylist() == ["3300194130-15212483", "15212483"]

    def test_counts_in_the_minor_units_of_the_currency(self) -> None:
        whole = {"net": "100", "tax": "10", "gross": "110", "currency": "JPY"}

        result = checked(whole, whole | {"net": "100.5"}, currency="JPY", exponent=0)

        assert result.net.tolist() == [100]
        assert [r.reason for r in result.rejects] == [Reason.TOO_PRECISE]

    def test_cuts_long_values_in_the_rejects_file(self) -> None:
        [reject] = checked({"firm": "E" * 1000}).rejects

        assert len(reject.cells()[2]) == 201

    def test_takes_the_direction_from_each_row_where_a_column_says_it(self) -> None:
        rows = [
            {**GOOD, "direction": "销项"},
            {**GOOD, "direction": "purchase"},
            {**GOOD, "direction": "sideways"},
        ]

        result = checked(*rows)

        assert result.direction.to_pylist() == [SALE, PURCHASE]
        assert [r.reason for r in result.rejects] == [Reason.DIRECTION]


class TestInvoiceColumns:
    BOTH = ("firm", "number", "date", "buyer", "seller", "net", "tax", "gross")

    def test_tell_sales_from_purchases(self) -> None:
        chinese = ("企业代号", "发票号码", "开票日期", "{}方单位代号", "金额", "税额", "价税合计")

        for party, direction in (("购", SALE), ("销", PURCHASE)):
            found = [name.format(party) for name in chinese]
            columns, known = invoice_columns(found, None)
            assert known == direction
            assert columns["counterparty"] == f"{party}方单位代号"

    def test_take_the_other_party_of_the_given_direction(self) -> None:
        assert invoice_columns(self.BOTH, SALE)[0]["counterparty"] == "buyer"
        assert invoice_columns(self.BOTH, PURCHASE)[0]["counterparty"] == "seller"

    def test_ask_for_the_direction_when_nothing_tells(self) -> None:
        with pytest.raises(UnknownColumns) as refused:
            invoice_columns(self.BOTH, None)

        assert "direction" in refused.value.missing

    def test_name_what_is_missing(self) -> None:
        with pytest.raises(UnknownColumns) as refused:
            invoice_columns(["firm", "Invoice_Number", "buyer"], None)

        assert refused.value.missing == ("issued_on", "net", "tax", "gross")

    def test_of_labels_are_firm_rating_and_default(self) -> None:
        assert label_columns(["企业代号", "信誉评级", "是否违约"])["defaulted"] == "是否违约"
        with pytest.raises(UnknownColumns):
            label_columns(["企业代号", "信誉评级"])
