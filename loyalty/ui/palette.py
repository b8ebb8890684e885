"""What Ctrl-K finds: pages of the navigation, and what the searches of the rooms find."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loyalty.contributions import contributed
from loyalty.staff.models import User

from .navigation import Link, Text

LONGEST_QUERY = 100


@dataclass(frozen=True)
class SearchResult:
    """`hint` stands at the right; `shortcut` as a key there; with `initials` an avatar replaces the icon."""

    label: Text
    url: str
    icon: str = "file"
    hint: Text = ""
    shortcut: str = ""
    initials: str = ""
    hue: int = 0


@dataclass(frozen=True)
class ResultGroup:
    label: Text
    results: Sequence[SearchResult]


@dataclass(frozen=True)
class PaletteSearch:
    """What a room finds for a user by a text that is not empty."""

    find: Callable[[User, str], ResultGroup]


def _searches() -> list[Callable[[User, str], ResultGroup]]:
    return [search.find for search in contributed(PaletteSearch)]


def find(user: User, query: str, links: Sequence[Link]) -> list[ResultGroup]:
    query = query.strip()[:LONGEST_QUERY]
    found = [search(user, query) for search in _searches()] if query else []
    found.append(ResultGroup(_("Go to"), list(_pages(query.casefold(), links))))
    return [group for group in found if group.results]


def _pages(query: str, links: Sequence[Link]) -> Iterator[SearchResult]:
    for link in links:
        if query in str(link.label).casefold():
            yield SearchResult(link.label, link.url, link.icon, shortcut=f"g {link.shortcut}" if link.shortcut else "")
