"""Moments in the query of a list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField


class MomentField(IsoDateTimeField):
    """
    An ISO 8601 moment, as UTC.

    As it is written, an offset may be larger than the database takes, and a moment at the edge
    of time may have no UTC.
    """

    def to_python(self, value: Any) -> datetime | None:
        """
        Read a moment.

        :raises ValidationError: for what is none, or lies outside the years 1 to 9999
        """
        try:
            moment: datetime | None = super().to_python(value)
            return None if moment is None else moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(_("a moment in the years 1 to 9999"), code="invalid") from error


class MomentFilter(filters.IsoDateTimeFilter):
    """Compares with a moment."""

    field_class = MomentField
