"""Policies as tables that can be read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scoring.admin.explained import bands, bound_names, cell_words, outcomes
from scoring.models import Policy, PolicyStatus
from scoring.queries import samples
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local


@admin.register(Policy)
class PolicyAdmin(RoomModelAdmin):
    """Every published version of every decision table."""

    view_permission = Permission.SCORE_VIEW
    page_template = "scoring/policy.html"
    list_display = ("__str__", "shown_status", "published_at", "published_by", "retired_at")
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("-published_at",)

    def page(self, request: HttpRequest, row: Policy) -> dict[str, Any]:
        """Rules in the order in which they speak, then limits and prices."""
        table = row.table
        names = _names()
        return {
            "rules": [
                {
                    "text": local(rule["text"]),
                    "code": rule["code"],
                    "outcome": outcomes().get(rule["outcome"], rule["outcome"]),
                    "tone": {"approve": "good", "refer": "warn"}.get(rule["outcome"], "bad"),
                    "cells": [
                        f"{names.get(name, name)} "
                        f"{cell_words({'operator': operator, 'operand': operand})}"
                        for name, cell in rule["when"].items()
                        for operator, operand in cell.items()
                    ],
                }
                for rule in table["rules"]
            ],
            "bounds": [
                {
                    "name": bound_names().get(bound["code"], bound["code"]),
                    "by_band": _by_band(bound.get("by_band", {})),
                    "feature": names.get(bound.get("feature", ""), ""),
                }
                for bound in table["limits"]["bounds"]
            ],
            "prices": _by_band(table["prices"]["by_band"]),
        }

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: Policy) -> SafeString:
        return tag(
            row.get_status_display(), "good" if row.status == PolicyStatus.PUBLISHED else ""
        )


def _by_band(values: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, values[code]) for code, name in bands().items() if code in values]


def _names() -> dict[str, str]:
    rows = samples.catalogue("merchant_flow")["features"]
    return {row["name"]: local(row["label"]) for row in rows} | {
        "score": str(_("Score")),
        "has_insufficient_data": str(_("Too little is known")),
    }
