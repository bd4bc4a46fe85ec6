"""Products: configured in a draft, priced and checked against the law, then frozen."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions import pricing
from lending.actions.configuration import Configuration
from lending.models import Product, ProductVersion
from tenancy import room
from tenancy.actions import audit, versions
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require

CODE_CHARACTERS = 40


@room.atomic
def draft(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    name: str,
    configuration: Configuration,
    effective_from: date,
    name_zh: str = "",
) -> ProductVersion:
    """
    Write the draft of a product's next version, in place of the draft that there may be.

    The product is made with its first draft; later drafts leave its names alone.

    :param effective_from: the first business date on which the version is sold
    :raises Invalid: naming every field that does not fit
    """
    require(actor, Permission.PRODUCT_EDIT)
    errors = list(configuration.problems())
    if not 0 < len(code) <= CODE_CHARACTERS or not name.strip():
        expected = _("a code of 1 to %d characters and a name") % CODE_CHARACTERS
        errors.append(FieldError("/code", code[:80], expected))
    if errors:
        raise Invalid(gettext_lazy("The product does not fit"), errors=errors)

    product, _created = Product.objects.get_or_create(
        code=code, defaults={"name": name, "name_zh": name_zh}
    )
    Product.objects.for_update().get(pk=product.pk)
    columns = {**configuration.columns(), "effective_from": effective_from}
    known = ProductVersion.objects.filter(product=product)
    version = known.filter(published_at__isnull=True).first() or ProductVersion(
        product=product, number=versions.next_number(known)
    )
    for column, value in columns.items():
        setattr(version, column, value)
    version.save()
    audit.record(
        actor=actor,
        at=at,
        action="product.draft",
        subject=version,
        changes={column: str(value) for column, value in columns.items()},
    )
    return version


@room.atomic
def publish(*, actor: Actor, at: datetime, on: date, version_id: UUID) -> ProductVersion:
    """
    Price every corner of a draft, check it against the rules, and freeze it.

    The corners are the smallest and largest amount over the shortest and longest term, with all
    fees. A rule that is in force when the version begins and blocks refuses it; a rule that only
    warns, or that comes into force later, is kept in `warnings`. Publishing again is harmless.

    :param on: the tenant's business date; a version cannot begin before it
    :raises NotFound: if there is no such version
    :raises Invalid: if it would begin in the past
    :raises CostAboveCap: naming the rule and its source
    """
    require(actor, Permission.PRODUCT_PUBLISH)
    version = _locked(version_id)
    if version.is_published:
        return version
    versions.require_not_past(version.effective_from, on=on)

    corners = pricing.corners(version)
    for corner in corners:
        pricing.require_within_caps(corner.terms, on=version.effective_from)
    version.cost_scenarios = [corner.as_json() for corner in corners]
    version.warnings = pricing.warnings(corners, on=version.effective_from)
    version.published_at = at
    version.save(update_fields=["cost_scenarios", "warnings", "published_at"])
    audit.record(
        actor=actor,
        at=at,
        action="product.publish",
        subject=version,
        changes={"scenarios": version.cost_scenarios, "warnings": version.warnings},
    )
    return version


@room.atomic
def offer_for_sale(
    *, actor: Actor, at: datetime, product_id: UUID, is_offered: bool, reason: str
) -> Product:
    """
    Stop selling a product, or sell it again; what was sold goes on under its own version.

    :raises NotFound: if there is no such product
    """
    require(actor, Permission.PRODUCT_PUBLISH)
    product = Product.objects.for_update().filter(pk=product_id).first()
    if product is None:
        raise NotFound.of(gettext_lazy("Product"), product_id)
    product.is_offered = is_offered
    product.save(update_fields=["is_offered"])
    audit.record(
        actor=actor,
        at=at,
        action="product.offer",
        subject=product,
        changes={"is_offered": is_offered},
        reason=reason,
    )
    return product


def _locked(version_id: UUID) -> ProductVersion:
    version = (
        ProductVersion.objects.for_update().select_related("product").filter(pk=version_id).first()
    )
    if version is None:
        raise NotFound.of(gettext_lazy("Product version"), version_id)
    return version
