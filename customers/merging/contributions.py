from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from customers.profile.frame import Area, Card, OverviewCards, ProfileAction, ProfilePage
from customers.rights import MERGE_CUSTOMERS
from loyalty.engine.status import Status
from loyalty.verify.checks import Checks

from .checks import MergeCheck
from .preview import MergeMove
from .queries import duplicates_of, seen_identities


def _cards(page: ProfilePage) -> Iterator[Card]:
    """Who may be the same person."""
    may_merge = page.may(MERGE_CUSTOMERS)
    shown = {"duplicates": duplicates_of(page.customer), "may_merge": may_merge}
    yield Card(Area.TOP, 10, "customers/duplicates.html", shown)


CONTRIBUTIONS = (
    Checks((MergeCheck(),)),
    OverviewCards(_cards),
    ProfileAction(
        _("Merge"),
        "customers:merge",
        "merge",
        MERGE_CUSTOMERS,
        position=30,
        statuses={Status.ACTIVE},
        is_daily=True,
    ),
    MergeMove(
        "identities",
        _("IDs that name the other profile from now on"),
        60,
        lambda source: seen_identities(source).count(),
    ),
)
