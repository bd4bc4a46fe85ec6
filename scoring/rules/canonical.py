"""One way to write a document as bytes, so that its hash means something."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]


class NotCanonical(TypeError):
    """A value that could be written in two ways met the canonical form; a programming error."""


def canonical(document: object) -> bytes:
    """
    Return the document as UTF-8 JSON with sorted keys and no spaces.

    :raises NotCanonical: for a float (write a decimal string), a key that is no text, or a type
        that JSON does not have
    """
    _refuse_ambiguous(document, "")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def sha256(document: object) -> str:
    """Return the SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(document)).hexdigest()


def first_difference(expected: object, got: object, where: str = "") -> str | None:
    """Return the JSON pointer of the first place where two documents differ, or None."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in sorted(expected.keys() | got.keys()):
            if key not in expected or key not in got:
                return f"{where}/{key}"
            found = first_difference(expected[key], got[key], f"{where}/{key}")
            if found is not None:
                return found
        return None
    if isinstance(expected, list) and isinstance(got, list):
        for index, (left, right) in enumerate(zip(expected, got, strict=False)):
            found = first_difference(left, right, f"{where}/{index}")
            if found is not None:
                return found
        return None if len(expected) == len(got) else f"{where}/{min(len(expected), len(got))}"
    # Types too: True == 1 in Python, but not in JSON.
    same = type(expected) is type(got) and expected == got
    return None if same else where or "/"


def _refuse_ambiguous(value: object, where: str) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{where}: key {key!r} is not text")
            _refuse_ambiguous(item, f"{where}/{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_ambiguous(item, f"{where}/{index}")
    else:
        raise NotCanonical(f"{where or '/'}: {type(value).__name__} has no canonical form")
