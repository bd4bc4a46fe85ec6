"""What kinds of answers are called, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from rural.rules.forms.definitions import Type

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TYPES: dict[Type, _StrPromise] = {
    Type.TEXT: _("words"),
    Type.INTEGER: _("whole number"),
    Type.DECIMAL: _("decimal number"),
    Type.DATE: _("date"),
    Type.SELECT: _("one choice"),
    Type.MULTISELECT: _("several choices"),
    Type.BOOLEAN: _("yes or no"),
    Type.PHONE: _("telephone number"),
    Type.ID_NUMBER: _("identity number"),
    Type.GEOPOINT: _("place on the map"),
    Type.BOUNDARY: _("boundary as walked"),
    Type.PHOTOS: _("photos"),
    Type.SIGNATURE: _("signature"),
    Type.REPEAT: _("list"),
    Type.NOTE: _("note"),
    Type.PLACE: _("village"),
}


def type_name(code: str) -> str:
    """Return what a kind of answer is called; a code that we do not know as it is."""
    return str(TYPES[Type(code)]) if code in set(Type) else code
