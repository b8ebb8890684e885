"""The lists of a customer on the Overview."""

from collections.abc import Iterable

from customers.profile.frame import Area, Card, OverviewCards, ProfilePage
from loyalty.staff.permissions import may
from segments.lists.queries import lists_of
from segments.lists.rights import VIEW_LISTS


def _cards(page: ProfilePage) -> Iterable[Card]:
    found = lists_of(page.customer) if may(page.request.user, VIEW_LISTS) else []
    if found:
        yield Card(Area.SIDE, 40, "lists/card.html", found)


OVERVIEW = OverviewCards(_cards)
