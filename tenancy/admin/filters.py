"""How lists are narrowed by what a row refers to."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import FieldListFilter, RelatedFieldListFilter


class ByReference(RelatedFieldListFilter):
    """Called, where the reference was given no name of its own, by what it refers to."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        if str(field.verbose_name) == field.name.replace("_", " "):
            self.title = field.remote_field.model._meta.verbose_name


FieldListFilter.register(lambda field: field.remote_field, ByReference, take_priority=True)
