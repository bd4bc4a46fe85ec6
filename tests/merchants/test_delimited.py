"""Reading delimited text: every line is a row, and a bad one costs nobody else anything."""

from collections.abc import Iterator

import pytest

from tenancy.rules import delimited, encodings
from tenancy.rules.delimited import LONGEST_ROW, NoHeader
from tenancy.rules.rejects import Reason


def read(
    data: str | bytes, codec: str = "utf-8", block: int = 1 << 20
) -> tuple[list[tuple[int | str, ...]], list[tuple[int, Reason]]]:
    """Rows with their line numbers, and rejects with theirs."""
    raw = data.encode(codec) if isinstance(data, str) else data
    rows: list[tuple[int | str, ...]] = []
    rejects: list[tuple[int, Reason]] = []
    for part in delimited.rows(chunks(raw, block), codec):
        cells = (column.to_pylist() for column in part.columns.values())
        rows += zip(part.lines.tolist(), *cells, strict=True)
        rejects += [(reject.line, reject.reason) for reject in part.rejects]
    return rows, rejects


def chunks(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[i : i + size] for i in range(0, len(raw), size))


class TestRows:
    @pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 20])
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
    def test_do_not_depend_on_how_the_bytes_arrive(self, codec: str, block: int) -> None:
        rows, rejects = read('企业,额\n甲,1\n"乙,丙",2\n丁,3', codec, block)

        assert rows == [(2, "甲", "1"), (3, "乙,丙", "2"), (4, "丁", "3")]
        assert not rejects

    def test_know_their_line_past_blank_lines_and_windows_endings(self) -> None:
        rows, _ = read("\r\na,b\r\n\r\n1,2\r\n  \r\n3,4\r\n")

        assert rows == [(4, "1", "2"), (6, "3", "4")]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_recognise_the_delimiter(self, delimiter: str) -> None:
        rows, _ = read(f"a{delimiter}b\n1{delimiter}2\n")

        assert rows == [(2, "1", "2")]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("1", Reason.MALFORMED),
            ("1,2,3", Reason.MALFORMED),
            ('"1,2', Reason.QUOTES),
            ('1,2"', Reason.QUOTES),
            ('"1"x,2', Reason.QUOTES),
            ('"1,2"', Reason.MALFORMED),
            ("1\0,2", Reason.NUL),
            (f"1,{'2' * LONGEST_ROW}", Reason.TOO_LONG),
        ],
    )
    def test_set_a_bad_line_aside_and_keep_its_neighbours(self, line: str, reason: Reason) -> None:
        rows, rejects = read(f"a,b\n1,2\n{line}\n3,4\n")

        assert rows == [(2, "1", "2"), (4, "3", "4")]
        assert rejects == [(3, reason)]

    def test_set_a_line_aside_that_is_longer_than_many_blocks(self) -> None:
        endless = "x" * (3 * LONGEST_ROW)

        rows, rejects = read(f"a,b\n1,2\n{endless}\n3,4\n", block=LONGEST_ROW // 2)

        assert rows == [(2, "1", "2"), (4, "3", "4")]
        assert rejects == [(3, Reason.TOO_LONG)]

    def test_come_in_bounded_numbers_however_tiny(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delimited, "MOST_ROWS", 4)
        raw = ("a,b\n" + "x\n" * 30 + "1,2\n").encode()

        parts = list(delimited.rows([raw], "utf-8"))

        assert max(len(part.rejects) for part in parts) == 4
        assert [reject.line for part in parts for reject in part.rejects] == list(range(2, 32))
        assert sum(part.consumed for part in parts) == len(raw)

    @pytest.mark.parametrize("text", ["", "\n\n", "one column\n1\n", "a,a\n1,2\n"])
    def test_need_a_header_that_names_each_column_once(self, text: str) -> None:
        with pytest.raises(NoHeader):
            read(text)


class TestRecognised:
    @pytest.mark.parametrize(
        ("codec", "name"),
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8 with byte order mark"),
            ("gbk", "GBK"),
            ("utf-16-le", "UTF-16 little-endian"),
            ("utf-16-be", "UTF-16 big-endian"),
        ],
    )
    def test_names_the_encoding(self, codec: str, name: str) -> None:
        raw = ("企业代号,发票号码,开票日期\n" + "E1,15212483,2017-09-01\n" * 40).encode(codec)

        assert encodings.recognised(lambda: chunks(raw, 1001)).name == name

    def test_knows_gb18030_beyond_gbk(self) -> None:
        raw = "企业代号,名称\nE1,\U00020087商行\n".encode("gb18030")

        assert encodings.recognised(lambda: chunks(raw, 5)).name == "GB18030"

    def test_takes_plain_ascii_for_utf8(self) -> None:
        assert encodings.recognised(lambda: [b"a,b\n1,2\n"]).name == "UTF-8"

    @pytest.mark.parametrize("block", [1, 4, 1000])
    def test_names_the_byte_that_fits_nothing(self, block: int) -> None:
        raw = b"firm,number\n" + b"E1,1\n" * 20 + b"E1,\xff\xff\n"

        with pytest.raises(encodings.Undecodable) as refused:
            encodings.recognised(lambda: chunks(raw, block))

        assert refused.value.position == raw.index(b"\xff")
        assert refused.value.byte == 0xFF

    def test_refuses_text_that_is_cut_within_a_character(self) -> None:
        raw = "企业,数\nE1,甲".encode()[:-1]

        with pytest.raises(encodings.Undecodable):
            encodings.recognised(lambda: [raw])
