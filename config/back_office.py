"""How the back office looks: django-unfold's settings. What its menu holds stands in menu.py."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

# The green of young corn; 600 and darker carry white text at more than 4.5 : 1.
_GREEN = {
    "50": "oklch(97.5% .014 155)",
    "100": "oklch(95% .03 155)",
    "200": "oklch(90% .06 155)",
    "300": "oklch(83% .10 155)",
    "400": "oklch(72% .13 155)",
    "500": "oklch(60% .13 155)",
    "600": "oklch(49% .11 155)",
    "700": "oklch(43% .10 155)",
    "800": "oklch(37% .08 155)",
    "900": "oklch(32% .07 155)",
    "950": "oklch(22% .05 155)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Granary"),
    "SITE_HEADER": _("Granary"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("tenancy/granary.svg"),
        }
    ],
    "THEME": "light",
    "BORDER_RADIUS": "8px",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": _GREEN},
    "STYLES": [lambda request: static("tenancy/back_office.css")],
    "SCRIPTS": [lambda request: static("tenancy/back_office.js")],
    "DASHBOARD_CALLBACK": "config.menu.home",
    "SIDEBAR": {"navigation": "config.menu.menu"},
}
