"""A bad file: every fault named by line, field, value and what was expected; good rows kept."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.partners.files.build import NAME, content, reading, receipt

GOOD = content([receipt("R-1"), receipt("R-2"), receipt("R-3")])


def told(raw: bytes) -> list[tuple[int, str]]:
    return [(fault.line, fault.field) for fault in reading(raw).faults]


class TestAFileThatIsNotWhatItSays:
    @pytest.mark.parametrize(
        ("broken", "expected"),
        [
            (GOOD.replace(b"|3|", b"|4|", 1), [(1, "rows")]),
            (GOOD.replace(b"|2750.40|", b"|2750.41|"), [(1, "sum")]),
            (GOOD.replace(b"|2750.40|", b"|two|"), [(1, "sum")]),
            (GOOD.replace(b",sandbox,", b",Sandbox,", 1), [(1, "sha256")]),
            (GOOD.replace(b"H|2027-01-20", b"H|2027-01-21"), [(1, "date")]),
            (GOOD.replace(b"|bank-a|", b"|bank-b|"), [(1, "partner")]),
            (GOOD.replace(b"|REPAY_DETAIL|", b"|DISBURSE|"), [(1, "type")]),
            (GOOD.replace(b"H|", b"X|", 1), [(1, "header")]),
            (GOOD.removesuffix(b"T\r\n"), [(5, "file")]),
            (GOOD + b"R-4\r\n", [(7, "file")]),
            (b"", [(1, "file")]),
            (b"\xef\xbb\xbf" + GOOD, [(1, "encoding")]),
            (GOOD.decode().encode("utf-16"), [(1, "encoding")]),
            (GOOD.decode().encode("utf-16-le"), [(1, "encoding")]),
            (GOOD.decode().encode("utf-16-be"), [(1, "encoding")]),
        ],
    )
    def test_is_told_once_and_not_used(self, broken, expected):
        found = reading(broken)

        assert [(fault.line, fault.field) for fault in found.faults] == expected
        assert all(fault.of_file for fault in found.faults)
        assert not found.is_usable

    def test_is_missed_where_it_was_cut_off(self):
        found = reading(GOOD[: len(GOOD) - 40])

        assert {fault.field for fault in found.faults if fault.of_file} == {
            "file",
            "sum",
            "sha256",
        }
        assert [line.row for line in found.lines] == [receipt("R-1"), receipt("R-2")]

    def test_lacks_a_row(self):
        cut = GOOD.replace(GOOD.split(b"\r\n")[2] + b"\r\n", b"", 1)

        assert told(cut) == [(1, "rows"), (1, "sum"), (1, "sha256")]

    def test_has_other_columns(self):
        found = reading(GOOD.replace(b"txn_id,loan_no", b"loan_no,txn_id"))

        assert (found.faults[0].line, found.faults[0].field) == (2, "columns")

    def test_names_what_it_found_and_what_it_expected(self):
        [fault] = reading(GOOD.replace(b"|3|", b"|4|", 1)).faults

        assert str(fault) == "1 rows: '4', expected 3 (counted)"


def one_cell(column: int, value: str) -> bytes:
    """The good file with one cell of its second row replaced; header still of the good one."""
    lines = GOOD.split(b"\r\n")
    cells = lines[3].split(b",")
    cells[column] = value.encode()
    lines[3] = b",".join(cells)
    return b"\r\n".join(lines)


class TestABadRow:
    @pytest.mark.parametrize(
        ("column", "field", "value", "expected"),
        [
            (0, "txn_id", "", "a value"),
            (0, "txn_id", "x" * 65, "at most 64"),
            (3, "instalment_no", "one", "whole number"),
            (3, "instalment_no", "01", "whole number"),
            (3, "instalment_no", "１", "whole number"),
            (4, "due_date", "20270120", "2027-01-20"),
            (4, "due_date", "2027-02-30", "2027-01-20"),
            (5, "paid_at", "2027-01-20T09:15:02", "offset"),
            (5, "paid_at", "2027-01-20 09:15:02+08:00", "offset"),
            (6, "value_date", "", "2027-01-20"),
            (10, "total_amt", "916.8", "2 decimals"),
            (10, "total_amt", "916.801", "2 decimals"),
            (10, "total_amt", "+916.80", "2 decimals"),
            (10, "total_amt", "0916.80", "2 decimals"),
            (10, "total_amt", "9.1680E2", "2 decimals"),
            (10, "total_amt", "９16.80", "2 decimals"),
            (10, "total_amt", "NaN", "2 decimals"),
            (10, "total_amt", "", "2 decimals"),
            (10, "total_amt", "1234567890123456.00", "2 decimals"),
            (22, "txn_type", "normal", "NORMAL | PREPAY"),
            (7, "channel", "sand\x07box", "control"),
        ],
    )
    def test_is_named_and_the_others_are_kept(self, column, field, value, expected):
        found = reading(one_cell(column, value))

        fault = next(fault for fault in found.faults if not fault.of_file)
        assert (fault.line, fault.field, fault.value) == (4, field, value)
        assert expected in fault.expected
        assert [line.row for line in found.lines] == [receipt("R-1"), receipt("R-3")]

    def test_does_not_make_its_whole_file_unusable(self):
        bad = content([receipt("R-1"), receipt("R-2")]).replace(b"NORMAL", b"STRANGE", 1)
        sound = rehashed(bad)

        found = reading(sound)

        assert found.is_usable
        assert [str(fault.field) for fault in found.faults] == ["txn_type"]
        assert [line.row for line in found.lines] == [receipt("R-2")]

    def test_is_told_with_all_its_bad_cells(self):
        bad = one_cell(10, "x").replace(b"CNY,x", b",x")

        assert [f.field for f in reading(bad).faults if not f.of_file] == ["currency", "total_amt"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ((b",sandbox,", b",,sandbox,"), "row"),
            ((b",sandbox,", b","), "row"),
            ((b",sandbox,", b',"sandbox,'), "row"),
            ((b",sandbox,", b',"sand"box,'), "row"),
            ((b",sandbox,", b",\xff,"), "encoding"),
            ((b",sandbox,", "，农商行，".encode("gbk")), "encoding"),
        ],
    )
    def test_costs_its_line_only(self, change, field):
        old, new = change
        found = reading(GOOD.replace(old, new, 1))

        fault = next(fault for fault in found.faults if not fault.of_file)
        assert (fault.line, fault.field) == (3, field)
        assert [line.row for line in found.lines] == [receipt("R-2"), receipt("R-3")]

    def test_in_gbk_is_told_so(self):
        chinese = content([receipt(channel="农商行")]).decode().encode("gbk")

        fault = next(fault for fault in reading(chinese).faults if fault.field == "encoding")
        assert "looks like GBK" in fault.expected


def rehashed(raw: bytes) -> bytes:
    """Make the header's hash right again."""
    header, _, body = raw.partition(b"\r\n")
    digest = hashlib.sha256(body.removesuffix(b"T\r\n")).hexdigest()
    return header.rpartition(b"|")[0] + b"|" + digest.encode() + b"\r\n" + body


class TestAnyBytes:
    @given(raw=st.binary(max_size=400))
    def test_never_break_the_reader(self, raw):
        assert not reading(raw, block=3).is_usable

    @given(
        at=st.integers(0, len(GOOD) - 1),
        byte=st.integers(0, 255),
        block=st.sampled_from([1, 100, 1 << 16]),
    )
    def test_one_changed_byte_is_never_overlooked(self, at, byte, block):
        changed = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]

        found = reading(changed, block=block)

        # Carriage returns around header and trailer say nothing and are not compared.
        if changed.replace(b"\r", b"") != GOOD.replace(b"\r", b"") and GOOD[at : at + 1] != b"\r":
            assert not found.is_usable

    def test_a_line_without_end_does_not_fill_the_memory(self):
        found = reading(GOOD.split(b"\r\n")[0] + b"\r\n" + b"x" * (1 << 20), block=1 << 16)

        assert not found.is_usable
        assert NAME.partner == "bank-a"
