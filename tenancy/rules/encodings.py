"""Which encoding a text file is written in."""

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 little-endian"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 big-endian"),
)
# GBK is tried before its superset GB18030 so that the commoner name is shown where both fit.
_UNMARKED = (("utf-8", "UTF-8"), ("gbk", "GBK"), ("gb18030", "GB18030"))
# Among the first bytes of UTF-16 text written without a mark, every second one is mostly NUL.
_UTF16_NUL_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` is Python's name; `name` is what the user is told."""

    codec: str
    name: str


class Undecodable(ValueError):
    """No known encoding fits; `position` is the first byte that the best candidate refuses."""

    def __init__(self, position: int, byte: int, tried: tuple[str, ...]) -> None:
        self.position = position
        self.byte = byte
        self.tried = tried
        super().__init__(f"byte 0x{byte:02x} at position {position} fits none of {tried}")


def recognised(chunks: Callable[[], Iterable[bytes]]) -> Encoding:
    """
    Name the encoding of a text by decoding the whole of it.

    `chunks` starts a fresh pass over the bytes each time it is called; memory is one chunk.
    Plain ASCII is UTF-8. Chinese text in GBK is practically never valid UTF-8, so the order of
    the attempts decides.

    :raises Undecodable: when no candidate decodes the text to its end
    """
    candidates = _candidates(next(iter(chunks()), b""))
    furthest = (-1, 0)
    for encoding in candidates:
        fault = _first_fault(chunks(), encoding.codec)
        if fault is None:
            return encoding
        furthest = max(furthest, fault)
    position, byte = furthest
    raise Undecodable(position, byte, tuple(each.name for each in candidates))


def _candidates(head: bytes) -> list[Encoding]:
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return [Encoding(codec, name)]
    sample = head[:4096]
    for offset, codec, name in ((1, "utf-16-le", "little"), (0, "utf-16-be", "big")):
        half = sample[offset::2]
        other = sample[1 - offset :: 2]
        if len(half) > 8 and half.count(0) > _UTF16_NUL_SHARE * len(half) > other.count(0):
            return [Encoding(codec, f"UTF-16 {name}-endian")]
    return [Encoding(codec, name) for codec, name in _UNMARKED]


def _first_fault(chunks: Iterable[bytes], codec: str) -> tuple[int, int] | None:
    """Position and value of the first undecodable byte, or None."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    done = 0
    pending = 0
    for chunk in chunks:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as fault:
            return done - pending + fault.start, fault.object[fault.start]
        done += len(chunk)
        pending = len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        return done - pending + fault.start, fault.object[fault.start]
    return None
