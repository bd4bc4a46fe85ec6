"""Reading one file out of a form that a bank sends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import MultiPartParser

from tenancy.api.parsing import TooLarge

MOST_BYTES = 20_000_000
FIELD = "file"


class OneFileParser(MultiPartParser):
    """
    A form of one file, called `file`: read into its name, size and hash.

    By those three a repeated request is recognised; the content itself is left with the view.

    :raises TooLarge: before more than the bound has been read
    """

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        assert parser_context is not None
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if int(length) > MOST_BYTES:
            raise TooLarge(_("The body has more than %d bytes") % MOST_BYTES)
        form = super().parse(stream, media_type, parser_context)
        names = sorted({*form.data, *form.files})
        sent = form.files.getlist(FIELD)
        if len(sent) != 1 or names != [FIELD]:
            return {name: "" for name in names if name != FIELD}
        content = b"".join(sent[0].chunks())
        parser_context["view"].uploaded = content
        digest = hashlib.sha256(content).hexdigest()
        return {FIELD: {"name": sent[0].name or "", "size": len(content), "sha256": digest}}
