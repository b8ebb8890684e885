"""How many points a role lets somebody change by hand: at a time, a day, and a day for one customer.

A day is one of the programme's time zone. What counts is what has been recorded, whichever page or operation recorded
it, by the time of recording: an event that is dated back counts today.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.db.models.functions import Abs
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext

from customers.queries import family
from events.models import Event
from loyalty.calendar import end_of, local_day
from loyalty.engine.mechanism import Outcome
from loyalty.formats import number
from loyalty.intake.hand import NotByHand
from loyalty.intake.sources import Source
from loyalty.points.actions import ADJUSTING
from loyalty.points.rights import MANAGE_POINTS
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.queries import names_of_roles
from loyalty.staff.sender import Sender

AT_ONCE, TODAY, FOR_CUSTOMER = "points_per_action", "points_per_day", "points_per_customer_and_day"


@dataclass(frozen=True)
class Left:
    """A limit of the role, by its column, and how much of it is left; at least 0."""

    name: str
    limit: int
    left: int

    def __str__(self) -> str:
        return _sentences()[self.name] % {"limit": number(self.limit), "left": number(self.left)}


def _sentences() -> Mapping[str, str]:
    return {
        AT_ONCE: gettext("You may change at most %(limit)s points at a time."),
        TODAY: gettext("You may change at most %(limit)s points a day; %(left)s are left today."),
        FOR_CUSTOMER: gettext(
            "You may change at most %(limit)s points a day for one customer; %(left)s are left today."
        ),
    }


def limits_left(user: User, customer_id: int, at: datetime, *, besides: int = 0) -> list[Left]:
    """What the user's role leaves; none without limits. `besides` are points already recorded that do not count yet."""
    limits = {name: limit for name, limit in user.granted.limits.items() if limit is not None}
    used = {AT_ONCE: 0}
    if limits.keys() - {AT_ONCE}:
        today, of_customer = _used_today(user, customer_id, at)
        used |= {TODAY: today - besides, FOR_CUSTOMER: of_customer - besides}
    return [Left(name, limit, max(limit - used[name], 0)) for name, limit in limits.items()]


def _used_today(user: User, customer_id: int, at: datetime) -> tuple[int, int]:
    """What the user has changed by hand since midnight: altogether, and for this customer."""
    zone = timezone.get_default_timezone()
    midnight = end_of(local_day(at, zone) - timedelta(days=1), zone)
    changes = Event.objects.filter(
        staff=user, source=Source.BACK_OFFICE, action__in=ADJUSTING, recorded_at__gte=midnight
    )
    sums = changes.aggregate(
        all=Sum(Abs("points"), default=0),
        own=Sum(Abs("points"), filter=Q(customer_id__in=family(customer_id)), default=0),
    )
    return int(sums["all"]), int(sums["own"])


def has_limits(user: User) -> bool:
    return any(limit is not None for limit in user.granted.limits.values())


def record_within_limits(by: Sender, record: Callable[[], Outcome]) -> Outcome:
    """Raises NotByHand if what was recorded is beyond a limit: the operation's transaction takes it back.

    Changes of one user wait for each other, so that many at once count each other.
    """
    if by.user is None or not has_limits(by.user):
        return record()
    lock_changes(by.user)
    outcome = record()
    assert outcome.state is not None
    points = sum(abs(event.points) for event in outcome.own_events if event.action in ADJUSTING)
    for one in limits_left(by.user, outcome.state.customer.id, by.at, besides=points):
        if points > one.left:
            raise NotByHand(f"{one} {_who_else(by.user, one.name, points)}")
    return outcome


def lock_changes(user: User) -> None:
    """Until the transaction is over."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)


def _who_else(user: User, limit: str, points: int) -> str:
    others = names_of_roles(MANAGE_POINTS, besides=user.role, **{limit: points})
    names = get_text_list(others, gettext("or"))
    return gettext("Ask somebody with the role %(roles)s to do it.") % {"roles": names}


def may_fix_points(by: Sender) -> bool:
    """Points that an order is told to earn are not counted above: whoever has a limit may not say them."""
    return by.user is None or (may(by.user, MANAGE_POINTS) and not has_limits(by.user))
