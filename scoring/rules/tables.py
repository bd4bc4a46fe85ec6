"""CSV or Parquet bytes into a `Dataset`, or a `BadData` that says which column and why."""

import io
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from scoring.rules.dataset import BadData, Column, Dataset, Flags, Floats, digest

PARQUET_MAGIC = b"PAR1"
# More distinct texts than this are names or numbers of something, not a category.
MAX_CATEGORIES = 50
MAX_BLOCK_BYTES = 2**31 - 1
NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A"]


def parse(content: bytes, *, target: str, bars: Iterable[str] = ()) -> Dataset:
    """
    Read a labelled file; a file that starts with PAR1 is Parquet, any other is CSV.

    CSV is UTF-8 (with or without a byte order mark) or GB18030, which includes GBK. Columns in
    `bars`, of dates, with one value only or with too many texts are excluded, with the reason.

    :raises BadData: empty, unreadable, without the target, target not 0/1 or of one class
    """
    if not content.strip():
        raise BadData("the file is empty", expected="a header and at least two rows")
    table = _parquet(content) if content.startswith(PARQUET_MAGIC) else _csv(content)
    names = table.column_names
    for name in names:
        if names.count(name) > 1:
            raise BadData("occurs twice", column=name, expected="each name once")
    if target not in names:
        raise BadData(
            "the target is missing", column=target, expected="one of " + ", ".join(names)
        )
    bad = _flags(target, table.column(target))
    columns: dict[str, Column] = {}
    excluded: dict[str, str] = {}
    barred = set(bars)
    for name in names:
        if name == target:
            continue
        column = "barred" if name in barred else _column(name, table.column(name))
        if isinstance(column, str):
            excluded[name] = column
        else:
            columns[name] = column
    if not columns:
        raise BadData("there is no usable feature", expected="a number or a category that varies")
    return Dataset(columns, bad, target, digest(content), excluded)


def _parquet(content: bytes) -> pa.Table:
    try:
        return pa.parquet.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as problem:
        raise BadData(f"not a readable Parquet file ({problem})", expected="Parquet") from problem


def _csv(content: bytes) -> pa.Table:
    text = _utf8(content)
    try:
        return pa.csv.read_csv(
            io.BytesIO(text),
            # Types are inferred from the first block: one block, so that a column of whole
            # numbers may have its first fraction in the last row.
            read_options=pa.csv.ReadOptions(block_size=min(len(text) + 1, MAX_BLOCK_BYTES)),
            convert_options=pa.csv.ConvertOptions(null_values=NULLS, strings_can_be_null=True),
        )
    except pa.ArrowException as problem:
        raise BadData(
            f"not a readable CSV file ({problem})", expected="one header, then equally long rows"
        ) from problem


def _utf8(content: bytes) -> bytes:
    if b"\x00" in content[:4096]:
        raise BadData("not a text file, or UTF-16", expected="CSV in UTF-8 or GB18030")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    line = _first_bad_line(content)
    raise BadData(f"line {line} is neither UTF-8 nor GB18030", expected="CSV in UTF-8 or GB18030")


def _first_bad_line(content: bytes) -> int:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        return content.count(b"\n", 0, problem.start) + 1
    return 1


def _flags(target: str, values: pa.ChunkedArray) -> Flags:
    wanted = "0 for good and 1 for bad"
    if len(values) == 0:
        raise BadData("there are no rows", column=target, expected=wanted)
    if values.null_count:
        raise BadData(f"{values.null_count} rows have no target", column=target, expected=wanted)
    distinct = values.unique().to_pylist()
    strange = [value for value in distinct if not _is_flag(value)]
    if strange:
        raise BadData(f"has the value {strange[0]!r}", column=target, expected=wanted)
    if len(distinct) < 2:
        raise BadData(
            f"every row is {int(distinct[0])}", column=target, expected="both classes, 0 and 1"
        )
    return values.cast(pa.float64()).to_numpy().astype(np.int8)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | int | float) and value in (0, 1)


def _column(name: str, values: pa.ChunkedArray) -> Column | str:
    """Return the column, or the reason why it is of no use."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = pa.concat_arrays([c.dictionary_decode() for c in values.chunks])
        kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
        return _number(name, numbers)
    if pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _category(name, values)
    return "all missing" if pa.types.is_null(kind) else f"a column of {kind}"


def _number(name: str, numbers: Floats) -> Column | str:
    if np.isinf(numbers).any():
        row = int(np.flatnonzero(np.isinf(numbers))[0]) + 1
        raise BadData(f"row {row} is infinite", column=name, expected="a finite number or nothing")
    known = numbers[~np.isnan(numbers)]
    if len(known) == 0:
        return "all missing"
    if len(known) == len(numbers) and known.min() == known.max():
        return "one value only"
    return Column(name, numbers=numbers)


def _category(name: str, values: pa.ChunkedArray) -> Column | str:
    encoded = values.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    texts = encoded.dictionary.to_pylist()
    if len(texts) > MAX_CATEGORIES:
        return f"{len(texts)} different texts, more than {MAX_CATEGORIES}"
    if len(texts) < 2 and not encoded.null_count:
        return "one value only"
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    # Codes in the order of the texts, not of the rows: the card must not depend on row order.
    order = np.argsort(np.array(texts, dtype=object), kind="stable") if texts else np.array([])
    renumbered = np.empty(len(texts) + 1, dtype=np.int32)
    renumbered[order.astype(np.intp)] = np.arange(len(texts), dtype=np.int32)
    renumbered[-1] = -1
    return Column(name, codes=renumbered[codes], categories=tuple(sorted(texts)))
