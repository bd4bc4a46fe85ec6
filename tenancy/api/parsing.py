"""Reading a JSON body that somebody else has written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from tenancy.errors import Refusal

MAX_DEPTH = 64
# A lone surrogate hides in an escape; most bodies have none, and need not be looked through.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class TooLarge(Refusal):
    """The body is larger than any request needs to be."""

    code = "body_too_large"
    status = 413


class StrictJsonParser(BaseParser):
    """
    JSON by the book (RFC 8259): UTF-8, no NaN, no name twice, of a bounded size and depth.

    Nor half a surrogate pair, nor NUL in a name: neither can be stored, or sent back.

    :raises TooLarge: before more than the bound has been read
    :raises ParseError: if it is not that
    """

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise TooLarge(_("The body has more than %d bytes") % limit)
        try:
            text = content.decode("utf-8")
            parsed = json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique)
            if _SURROGATE.search(text):
                json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply")) from error
        except (UnicodeDecodeError, UnicodeEncodeError) as error:
            # Its own words would quote the body.
            raise ParseError(_("The body is not JSON: %s") % error.reason) from error
        except ValueError as error:
            raise ParseError(_("The body is not JSON: %s") % error) from error
        if _depth(parsed) > MAX_DEPTH:
            raise ParseError(_("The body is nested too deeply"))
        return parsed


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    if any("\x00" in name for name in found):
        raise ValueError("a name holds a NUL")
    return found


def _depth(value: Any) -> int:
    """Return how many objects and lists lie in each other, one level at a time."""
    levels, waiting = 0, [value]
    while waiting := [each for each in waiting if isinstance(each, dict | list)]:
        levels += 1
        waiting = [
            inner
            for each in waiting
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return levels
