"""Django Unfold's settings: the configuration admin in our colours, with ways back to our pages.

Imported by the settings, so nothing here may import a model.
"""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def favicon(request: HttpRequest) -> str:
    return static("ui/favicon.svg")


def stylesheet(request: HttpRequest) -> str:
    return static("ui/admin.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Loyalty configuration"),
    "SITE_HEADER": _("Loyalty"),
    "SITE_SUBHEADER": _("Configuration"),
    "SITE_SYMBOL": "diamond",
    "SITE_URL": reverse_lazy("home"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "STYLES": [stylesheet],
    # The surfaces and texts of static/ui/tokens.css; its accent (oklch 50.5% .225 276) is step 600 of primary.
    "COLORS": {
        "base": {
            "50": "oklch(98.2% .003 265)",
            "100": "oklch(96.8% .004 265)",
            "200": "oklch(92.2% .006 265)",
            "300": "oklch(86.5% .009 265)",
            "400": "oklch(70% .014 270)",
            "500": "oklch(52.5% .022 266)",
            "600": "oklch(43% .022 268)",
            "700": "oklch(35% .014 270)",
            "800": "oklch(27.5% .012 270)",
            "900": "oklch(18.6% .01 270)",
            "950": "oklch(15.5% .009 270)",
        },
        "primary": {
            "50": "oklch(97% .016 280)",
            "100": "oklch(94% .032 280)",
            "200": "oklch(88.5% .062 279)",
            "300": "oklch(80.5% .1 279)",
            "400": "oklch(70% .155 278)",
            "500": "oklch(60% .2 277)",
            "600": "oklch(50.5% .225 276)",
            "700": "oklch(45.5% .215 276)",
            "800": "oklch(39% .175 276)",
            "900": "oklch(34% .13 277)",
            "950": "oklch(25% .095 278)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "loyalty.ui.admin_sidebar.navigation",
    },
    # Never search_models=True: it runs icontains on every table.
    "COMMAND": {"search_models": False},
}
