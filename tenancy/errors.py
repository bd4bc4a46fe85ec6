"""
Refusals: what was anticipated and is not allowed.

A refusal is mapped once to an RFC 9457 problem (API) and to a message (pages). Everything
else that is raised is a bug or an outside failure, and neither is caught here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from tenancy.wording import Sentence

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class FieldError:
    """One offending field: where it stands (JSON pointer), what came, what was expected."""

    pointer: str
    value: str
    expected: str


class Refusal(Exception):
    """
    An anticipated "no", in words for the one who asked.

    Subclasses stand beside the action that raises them and set `code` (stable, snake case)
    and `status` (the HTTP status that a door answers with). `rule` and `source` name the
    regulation rule that refused and where it is written, where one did.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        message: str | _StrPromise | Sentence,
        *,
        errors: Sequence[FieldError] = (),
        rule: str = "",
        source: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors = tuple(errors)
        self.rule = rule
        self.source = source

    def __str__(self) -> str:
        return str(self.message)

    def kept(self) -> dict[str, Any] | str:
        """Return what is kept of its words for readers of another language."""
        message = self.message
        return message.kept() if isinstance(message, Sentence) else str(message)


class Forbidden(Refusal):
    """The actor's role does not hold the permission."""

    code = "forbidden"
    status = 403


class NotFound(Refusal):
    """Nothing with this key in the room: absent, or another tenant's, which is the same answer."""

    code = "not_found"
    status = 404

    @classmethod
    def of(cls, what: str | _StrPromise, key: object) -> NotFound:
        return cls(_("%(what)s %(key)s was not found") % {"what": what, "key": key})


class Invalid(Refusal):
    """The input does not fit; `errors` names each field, its value and what was expected."""

    code = "invalid_input"
    status = 422
