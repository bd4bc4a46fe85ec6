"""Products: a draft is configured, priced against the law and published; then it is frozen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lending.actions import products
from lending.admin.product_form import DraftForm, NewProductForm
from lending.models import Product, ProductVersion
from lending.models.product import RateBasis
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.errors import NotFound
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local, percent


def draft_of(product: Product) -> ProductVersion | None:
    """Return the version that is still being configured."""
    return ProductVersion.objects.filter(product=product, published_at=None).first()


def _draft(act: Act, product: Product | None) -> ProductVersion:
    form = act.values["form"]
    names = act.values if product is None else {
        "code": product.code, "name": product.name, "name_zh": product.name_zh,
    }  # fmt: skip
    return products.draft(
        actor=act.actor,
        at=act.at,
        code=names["code"],
        name=names["name"],
        name_zh=names["name_zh"],
        configuration=form.configuration(),
        effective_from=act.values["effective_from"],
    )


def _amend(act: Act) -> str:
    return _("Draft %s is written") % _draft(act, act.row)


def _begin(act: Act) -> Product:
    return _draft(act, None).product


def _publish(act: Act) -> str:
    version = draft_of(act.row)
    if version is None:
        raise NotFound.of(_("Draft of"), act.row)
    products.publish(actor=act.actor, at=act.at, on=act.on, version_id=version.pk)
    return _("%s is published and frozen") % version


def _stop(act: Act) -> str:
    _sell(act, is_offered=False)
    return _("%s is no longer sold") % act.row


def _resume(act: Act) -> str:
    _sell(act, is_offered=True)
    return _("%s is sold again") % act.row


def _sell(act: Act, *, is_offered: bool) -> None:
    products.offer_for_sale(
        actor=act.actor,
        at=act.at,
        product_id=act.row.pk,
        is_offered=is_offered,
        reason=act.values["reason"],
    )


VERBS = (
    Verb(
        "publish", _("Publish the draft"), Permission.PRODUCT_PUBLISH, _publish,
        is_due=lambda row: draft_of(row) is not None,
        explains=_("Prices every corner and checks it against the rules; then it is frozen."),
        tone="go",
    ),
    Verb(
        "draft", _("Write a draft"), Permission.PRODUCT_EDIT, _amend, DraftForm,
        explains=_("In place of the draft that there may be; published versions stay."),
    ),
    Verb(
        "stop", _("Stop selling"), Permission.PRODUCT_PUBLISH, _stop, ReasonForm,
        lambda row: row.is_offered, _("What was sold goes on."), "stop",
    ),
    Verb(
        "resume", _("Sell again"), Permission.PRODUCT_PUBLISH, _resume, ReasonForm,
        lambda row: not row.is_offered,
    ),
)  # fmt: skip


@admin.register(Product)
class ProductAdmin(RoomModelAdmin):
    """Products with all their versions."""

    view_permission = Permission.PRODUCT_VIEW
    page_template = "lending/product.html"
    verbs = VERBS
    list_verbs = (
        Verb(
            "begin", _("New product"), Permission.PRODUCT_EDIT, _begin, NewProductForm,
            explains=_("Writes the draft of its first version."),
            lands=lambda product: reverse("admin:lending_product_change", args=[product.pk]),
        ),
    )  # fmt: skip
    list_display = ("code", "name", "name_zh", "shown_sale")
    list_filter = ("is_offered",)
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)

    def page(self, request: HttpRequest, row: Product) -> dict[str, Any]:
        """Every version with its price in each corner and what the law says of it."""
        versions = ProductVersion.objects.filter(product=row).order_by("-number")
        return {"versions": [_shown(version) for version in versions]}

    @admin.display(description=_("sold"), ordering="is_offered")
    def shown_sale(self, row: Product) -> SafeString:
        return tag(_("yes"), "good") if row.is_offered else tag(_("no"))


def _shown(version: ProductVersion) -> dict[str, Any]:
    return {
        "version": version,
        "rate": f"{percent(version.quoted_rate, 4)} {RateBasis(version.rate_basis).label}",
        "warnings": [
            {**each, "title": local({"en": each["title"], "zh": each["title_zh"]})}
            for each in version.warnings
        ],
    }
