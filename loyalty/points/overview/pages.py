from collections.abc import Iterator

from django.utils import timezone

from customers.profile.frame import Area, Card, OverviewCards, ProfilePage
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.points.expiry.queries import next_to_expire
from loyalty.points.ledger.queries import balances_of

from .queries import strips_of


def _cards(page: ProfilePage) -> Iterator[Card]:
    """A strip of figures for each account that is spoken of, and the default one's points by month."""
    default, balances = balances_of(page.customer.id)
    modules = page.settings.modules
    has_accounts, expires = MULTI_ACCOUNTS in modules, EXPIRING_POINTS in modules
    shown = balances if has_accounts else [default]
    expiring = next_to_expire(page.customer.id, [balance.account for balance in shown]) if expires else {}
    strips = strips_of(page.family, shown, timezone.now(), expiring)
    named = {"has_accounts": has_accounts, "shows_expired": expires}
    for strip in strips:
        yield Card(Area.TOP, 50, "points/overview_strip.html", {"strip": strip, **named})
    chosen = next(strip for strip in strips if strip.balance.account_id == default.account_id)
    yield Card(Area.MAIN, 30, "points/overview_months.html", {"points": chosen, **named})


OVERVIEW = OverviewCards(_cards)
