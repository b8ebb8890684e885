"""The sidebar of the configuration admin; apart from `unfold.py`, which the settings import before any model exists."""

from typing import Any

from django.contrib.admin import site
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

APP_ICONS = {
    "auth": "group",
    "staff": "shield_person",
    "customers": "groups",
    "events": "bolt",
    "points": "toll",
    "transfer": "upload",
    "sync": "sync",
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    back = {"title": _("Back to customers"), "icon": "arrow_back", "link": reverse_lazy("home"), "active": False}
    groups: list[dict[str, Any]] = [{"items": [back]}]
    for app in site.get_app_list(request):
        icon = APP_ICONS.get(app["app_label"], "tune")
        items = [
            {"title": model["name"], "icon": icon, "link": model["admin_url"]}
            for model in app["models"]
            if model["admin_url"]
        ]
        groups.append({"title": app["name"], "separator": True, "items": items})
    return groups
