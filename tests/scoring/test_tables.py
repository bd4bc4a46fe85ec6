import io

import pyarrow as pa
import pyarrow.parquet
import pytest

from scoring.rules.dataset import BadData
from scoring.rules.tables import parse


def rows(*lines: str) -> bytes:
    return "\n".join(lines).encode()


GOOD = rows("sales,trade,bad", "10,food,0", "20.5,steel,1", ",food,0", "40,,1")


class TestParse:
    def test_reads_numbers_categories_and_what_is_missing(self):
        data = parse(GOOD, target="bad")

        assert data.kinds() == {"sales": "number", "trade": "category"}
        assert data.bads == 2
        assert data.columns["trade"].categories == ("food", "steel")
        codes = data.columns["trade"].codes
        assert codes is not None
        assert codes.tolist() == [0, 1, 0, -1]

    def test_a_late_fraction_does_not_upset_a_column_of_whole_numbers(self):
        lines = ["x,bad", *(f"{n},{n % 2}" for n in range(200_000)), "0.5,1"]

        assert len(parse(rows(*lines), target="bad")) == 200_001

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
    def test_reads_chinese_in_the_encodings_of_its_offices(self, encoding):
        content = "行业,是否违约\n食品,0\n钢材,1\n".encode(encoding)

        data = parse(content, target="是否违约")

        assert data.columns["行业"].categories == ("钢材", "食品")

    def test_reads_parquet_by_its_magic(self):
        file = io.BytesIO()
        pyarrow.parquet.write_table(pa.table({"x": [1, 2, 3], "bad": [True, False, True]}), file)

        assert parse(file.getvalue(), target="bad").bads == 2

    @pytest.mark.parametrize(
        ("name", "lines", "reason"),
        [
            ("c", ["c,x,bad", "5,1,0", "5,2,1"], "one value only"),
            ("d", ["d,x,bad", "2026-01-05,1,0", "2026-01-06,2,1"], "a column of date32"),
            ("e", ["e,x,bad", ",1,0", ",2,1"], "all missing"),
            (
                "name",
                ["name,x,bad", *(f"firm {n},{n},{n % 2}" for n in range(60))],
                "60 different texts",
            ),
        ],
    )
    def test_leaves_out_what_is_of_no_use_and_says_why(self, name, lines, reason):
        assert parse(rows(*lines), target="bad").excluded[name].startswith(reason)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "the file is empty"),
            (b"  \n ", "the file is empty"),
            (b"x,bad\n", "column 'bad': there are no rows"),
            (rows("x,y", "1,0"), "column 'bad': the target is missing; expected one of x, y"),
            (rows("x,bad", "1,0", "2,2"), "column 'bad': has the value 2; expected 0 for good"),
            (rows("x,bad", "1,no", "2,yes"), "column 'bad': has the value 'no'; expected 0"),
            (rows("x,bad", "1,0", "2,0"), "column 'bad': every row is 0; expected both classes"),
            (rows("x,bad", "1,0", "2,"), "column 'bad': 1 rows have no target"),
            (rows("x,x,bad", "1,2,0", "3,4,1"), "column 'x': occurs twice"),
            (rows("x,bad", "1,0", "inf,1"), "column 'x': row 2 is infinite"),
            (rows("x,bad", "1,0", "2,1,7"), "not a readable CSV file"),
            (rows("x,bad", "3,0", "3,1"), "there is no usable feature"),
            (b"x,bad\n1,0\n\xff\xff,1\n", "line 3 is neither UTF-8 nor GB18030"),
            ("x,bad\n1,0\n".encode("utf-16"), "not a text file, or UTF-16"),
            (b"PAR1 and then nothing", "not a readable Parquet file"),
        ],
    )
    def test_refuses_what_cannot_be_trained_on_and_names_it(self, content, message):
        with pytest.raises(BadData) as refused:
            parse(content, target="bad")

        assert message in str(refused.value)
