"""The pages that rooms offer in the sidebar, the palette and by the `g` shortcuts, and the tabs of a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.contributions import contributed
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right

Text = str | Promise


class Group(StrEnum):
    """Of the sidebar, in their order."""

    INSIGHTS = "insights"
    LOYALTY = "loyalty"
    DATA = "data"
    # At the foot.
    FOOT = "foot"


LABELS: Mapping[Group, Text] = {
    Group.INSIGHTS: _("Customer Insights"),
    Group.LOYALTY: _("Loyalty"),
    Group.DATA: _("Data"),
}


@dataclass(frozen=True)
class Entry:
    """A page. `shortcut` is the key pressed after `g`; `module` hides the entry while that module is off;
    `allowed` says who may open a page that asks for one of several rights; `count` is how many things there wait for the
    user, beside the entry."""

    group: Group
    label: Text
    url_name: str
    icon: str
    right: Right | None = None
    module: str = ""
    shortcut: str = ""
    allowed: Callable[[User | AnonymousUser], bool] | None = None
    count: Callable[[User | AnonymousUser], int] | None = None


@dataclass(frozen=True)
class Link:
    """An entry as one user sees it on one page."""

    label: Text
    url: str
    icon: str
    shortcut: str
    is_current: bool
    counted: Callable[[], int] | None = None

    @property
    def count(self) -> int:
        """Asked for by the sidebar alone."""
        return self.counted() if self.counted else 0


@dataclass(frozen=True)
class Section:
    label: Text
    links: Sequence[Link]


@dataclass(frozen=True)
class Tab:
    label: Text
    url: str
    is_current: bool = False
    count: str | int | None = None


@dataclass(frozen=True)
class Crumb:
    """A step of the breadcrumb; the page itself, which comes last, has no address."""

    label: Text
    url: str = ""


def sections(request: HttpRequest, modules: Sequence[str]) -> list[Section]:
    """What the user may open, groups without entries left out."""
    found = [Section(label, links(request, group, modules)) for group, label in LABELS.items()]
    return [section for section in found if section.links]


def links(request: HttpRequest, group: Group, modules: Sequence[str]) -> list[Link]:
    entries = (entry for entry in contributed(Entry) if entry.group == group)
    return [_link(request, entry) for entry in entries if _is_offered(request, entry, modules)]


def _is_offered(request: HttpRequest, entry: Entry, modules: Sequence[str]) -> bool:
    is_allowed = entry.right is None or may(request.user, entry.right)
    is_allowed = is_allowed and (entry.allowed is None or entry.allowed(request.user))
    return is_allowed and (not entry.module or entry.module in modules)


def _link(request: HttpRequest, entry: Entry) -> Link:
    url = reverse(entry.url_name)
    counted = partial(entry.count, request.user) if entry.count else None
    return Link(entry.label, url, entry.icon, entry.shortcut, request.path.startswith(url), counted)
