"""Personal numbers of whoever has some: encrypted, found by a blind index, shown masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tenancy.fields import blind_index, mask


class HasPersonalNumbers:
    """
    A model with encrypted numbers.

    Each stands in a column of its name, with its blind index in `<name>_index` beside it; none
    is ever shown, logged or audited in the clear.
    """

    PERSONAL_NUMBERS: ClassVar[tuple[str, ...]]

    @property
    def masked(self) -> dict[str, str]:
        """The personal numbers as they may be shown."""
        return {field: mask(getattr(self, field)) for field in self.PERSONAL_NUMBERS}

    def set_numbers(self, numbers: Mapping[str, str]) -> list[str]:
        """Set personal numbers and their indexes in memory; return the columns to save."""
        for field, value in numbers.items():
            setattr(self, field, value)
            setattr(self, f"{field}_index", blind_index(field, value))
        return [column for field in numbers for column in (field, f"{field}_index")]
