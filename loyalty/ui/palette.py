"""What Ctrl-K finds: pages of the navigation, and whatever the apps offer.

The apps' searches are listed by dotted path in the setting LOYALTY_PALETTE, because this app may import none of them.
Each is a function (user, query) -> Finds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from loyalty.staff.models import User

from .navigation import Link, Text

LONGEST_QUERY = 100


@dataclass(frozen=True)
class Find:
    """`hint` stands at the right; `shortcut` as a key there; with `initials` an avatar replaces the icon."""

    label: Text
    url: str
    icon: str = "file"
    hint: Text = ""
    shortcut: str = ""
    initials: str = ""
    hue: int = 0


@dataclass(frozen=True)
class Finds:
    label: Text
    finds: Sequence[Find]


Search = Callable[[User, str], Finds]


@cache
def _searches() -> list[Search]:
    return [import_string(path) for path in getattr(settings, "LOYALTY_PALETTE", ())]


def find(user: User, query: str, links: Sequence[Link]) -> list[Finds]:
    query = query.strip()[:LONGEST_QUERY]
    found = [search(user, query) for search in _searches()] if query else []
    found.append(Finds(_("Go to"), list(_pages(query.casefold(), links))))
    return [finds for finds in found if finds.finds]


def _pages(query: str, links: Sequence[Link]) -> Iterator[Find]:
    for link in links:
        if query in str(link.label).casefold():
            yield Find(link.label, link.url, link.icon, shortcut=f"g {link.shortcut}" if link.shortcut else "")
