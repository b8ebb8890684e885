"""What the timeline says of coupons."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coupons.actions import (
    ACTIONS,
    AMOUNT,
    ASSIGN,
    CHANGE,
    CODE,
    EXPIRE,
    INVALIDATE,
    POOL,
    RECEIVE,
    REDEEM,
    TRANSFER,
    UNASSIGN,
    UNREDEEM,
)
from coupons.models import Pool
from events.models import Event
from events.timeline.queries import EventSentences
from loyalty.engine.actions import names_of
from loyalty.formats import money

SENTENCES_OF: Mapping[str, Promise] = {
    ASSIGN.name: _("Got the coupon “%(pool)s”%(code)s."),
    UNASSIGN.name: _("The coupon “%(pool)s”%(code)s was taken back."),
    REDEEM.name: _("Redeemed the coupon “%(pool)s”%(code)s."),
    UNREDEEM.name: _("A redemption of the coupon “%(pool)s”%(code)s was taken back."),
    INVALIDATE.name: _("The coupon “%(pool)s”%(code)s was made invalid."),
    TRANSFER.name: _("Gave the coupon “%(pool)s”%(code)s to another customer."),
    RECEIVE.name: _("Received the coupon “%(pool)s”%(code)s from another customer."),
    CHANGE.name: _("The coupon “%(pool)s”%(code)s was changed."),
    EXPIRE.name: _("The coupon “%(pool)s”%(code)s expired."),
}
OF_AN_AMOUNT: Mapping[str, Promise] = {
    REDEEM.name: _("Redeemed %(amount)s of the coupon “%(pool)s”%(code)s."),
    UNREDEEM.name: _("A redemption of %(amount)s of the coupon “%(pool)s”%(code)s was taken back."),
}


def _describe(events: Sequence[Event]) -> dict[int, str]:
    slugs = {str(event.data.get(POOL.name, "")) for event in events}
    pools = {pool.slug: pool for pool in Pool.objects.filter(slug__in=slugs).only("slug", "name", "currency")}
    return {event.id: _sentence(event, pools) for event in events}


def _sentence(event: Event, pools: Mapping[str, Pool]) -> str:
    """The code is left out where the reader does not see it, and after an erasure."""
    slug, code, amount = (event.data.get(one.name) for one in (POOL, CODE, AMOUNT))
    pool = pools.get(str(slug))
    said = {
        "pool": pool.name if pool else gettext("of a pool that is not known"),
        "code": f" ({code})" if code else "",
        "amount": money(amount, pool.currency if pool else "") if isinstance(amount, int | float) else "",
    }
    template = OF_AN_AMOUNT.get(event.action) if said["amount"] else None
    return str(template or SENTENCES_OF[event.action]) % said


SENTENCES = EventSentences(names_of(ACTIONS), _describe)
