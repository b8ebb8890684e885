"""The one list of pages that the sidebar, the palette and the `g` shortcuts offer, and the tabs of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.program.enums import Module
from loyalty.staff.permissions import Right, may

Text = str | Promise


@dataclass(frozen=True)
class Entry:
    """`shortcut` is the key pressed after `g`; `module` hides the entry while that module is off."""

    label: Text
    url_name: str
    icon: str
    right: Right | None = None
    module: Module | None = None
    shortcut: str = ""


@dataclass(frozen=True)
class Group:
    label: Text
    entries: Sequence[Entry]


NAVIGATION: Sequence[Group] = (
    Group(
        _("Customer Insights"),
        (
            Entry(_("Customers"), "customers:list", "users", Right.VIEW_CUSTOMERS, shortcut="c"),
            Entry(_("Erasures"), "erasures:list", "eraser", Right.ERASE_CUSTOMERS),
        ),
    ),
    Group(
        _("Loyalty"),
        (Entry(_("Transactions"), "transactions", "receipt", Right.VIEW_CUSTOMERS, shortcut="t"),),
    ),
    Group(
        _("Data"),
        (Entry(_("Imports"), "transfer:imports", "upload", Right.IMPORT_DATA, shortcut="i"),),
    ),
)

# At the foot of the sidebar.
FOOT: Sequence[Entry] = (
    Entry(_("Developers"), "developers", "code-xml", Right.VIEW_CUSTOMERS, shortcut="d"),
    Entry(_("Configuration"), "admin:index", "settings-2", Right.CONFIGURE, shortcut="s"),
)


@dataclass(frozen=True)
class Link:
    """An entry as one user sees it on one page."""

    label: Text
    url: str
    icon: str
    shortcut: str
    is_current: bool


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
    found = [Section(group.label, links(request, group.entries, modules)) for group in NAVIGATION]
    return [section for section in found if section.links]


def links(request: HttpRequest, entries: Sequence[Entry], modules: Sequence[str]) -> list[Link]:
    return [_link(request, entry) for entry in entries if _is_offered(request, entry, modules)]


def _is_offered(request: HttpRequest, entry: Entry, modules: Sequence[str]) -> bool:
    is_allowed = entry.right is None or may(request.user, entry.right)
    return is_allowed and (entry.module is None or entry.module in modules)


def _link(request: HttpRequest, entry: Entry) -> Link:
    url = reverse(entry.url_name)
    return Link(entry.label, url, entry.icon, entry.shortcut, request.path.startswith(url))
