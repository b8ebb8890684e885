"""What the page of a reward shows of its claims: how many in each week, and the last customers who have claimed it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from customers.models import Customer
from customers.sight.queries import reached, seen
from loyalty.engine.status import DEPARTED
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.charts import Chart, Series, bars
from rewards.catalogue.models import Reward
from rewards.catalogue.panels import Panel, RewardPanels
from rewards.claims.models import STANDS, Claim

WEEKS = 12
MOST_SHOWN = 10
_WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True)
class Claimant:
    """A claim, with its customer as the reader sees them."""

    claim: Claim
    customer: Customer


@dataclass(frozen=True)
class ClaimsOfReward:
    """`chart`: without what was revoked; None before the first claim of these weeks."""

    chart: Chart | None
    claimants: Sequence[Claimant]


def claims_by_week(reward: Reward, today: dt.date) -> Sequence[tuple[dt.date, int]]:
    """By the Monday of each of the last weeks, how many were claimed of those that stand. One query."""
    this_week = today - dt.timedelta(days=today.weekday())
    first = this_week - (WEEKS - 1) * _WEEK
    start = dt.datetime.combine(first, dt.time(), timezone.get_default_timezone())
    claims = Claim.objects.filter(STANDS, reward=reward, claimed_at__gte=start)
    found = Counter[dt.date]()
    rows = claims.order_by().values_list(TruncDate("claimed_at")).annotate(Sum("count"))
    for date, number in rows:
        found[date - dt.timedelta(days=date.weekday())] += number
    return [(monday, found[monday]) for monday in (first + place * _WEEK for place in range(WEEKS))]


def claimants_of(reward: Reward, sight: Sight) -> Sequence[Claimant]:
    """The last ones first, whom the reader may see at all. One query."""
    claims = Claim.objects.filter(reached(sight, "customer"), reward=reward).exclude(customer__status__in=DEPARTED)
    return [
        Claimant(one, seen(one.customer, sight)) for one in claims.order_by("-claimed_at", "-event_id")[:MOST_SHOWN]
    ]


def _panels(request: HttpRequest, reward: Reward) -> Iterable[Panel]:
    weeks = claims_by_week(reward, timezone.localdate())
    chart = None
    if any(number for _, number in weeks):
        labels, numbers = [date_format(monday, "j M") for monday, _ in weeks], [number for _, number in weeks]
        chart = bars(labels, [Series(gettext("Claims"), numbers)])
    yield Panel(10, "claims/panel.html", ClaimsOfReward(chart, claimants_of(reward, sight_of(request.user))))


PANELS = RewardPanels(_panels)
