"""What points show elsewhere."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from customers.fields.reserved import ReservedNames
from customers.merging.preview import MergeCard, MergeMove
from customers.profile.frame import ProfileAction, ProfileTab
from events.timeline.pages import EventCard
from events.timeline.queries import EventPoints
from events.transactions.queries import OrderPoints
from loyalty.accounts.rights import CONFIGURE_ACCOUNTS
from loyalty.api.keys.reach import KeyLimit
from loyalty.approvals.effects import Figures
from loyalty.http.routes import Routes
from loyalty.intake.hand import ByHand, FixedPoints
from loyalty.points.rights import CONFIGURE_BONUSES, MANAGE_POINTS, RIGHTS
from loyalty.staff.audit.kinds import OperationLabels
from loyalty.staff.roles.rights import ConfigurationPages
from loyalty.timers import Timer

from .actions import ADJUSTING
from .api import balance_at, customers, display, outcomes, read
from .by_hand.keys import beyond_limits
from .by_hand.limits import may_fix_points, record_within_limits
from .codes import CODES
from .comparing import compared_balances
from .facts import FACTS
from .history.lots import postings_of, promised_by, statuses_of
from .ledger.checks import CHECKS
from .ledger.figures import balances_of
from .ledger.models import Lot, Pending
from .overview.columns import BALANCES
from .overview.pages import OVERVIEW

RESERVED_NAMES = frozenset(
    "score spent reserved expired spendable pending point_balance debt accounts balance_at expiring_points".split()
)
CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    ReservedNames(RESERVED_NAMES),
    RIGHTS,
    FACTS,
    ByHand(ADJUSTING, MANAGE_POINTS, record_within_limits),
    FixedPoints(may_fix_points),
    KeyLimit(beyond_limits),
    ConfigurationPages("points.account", CONFIGURE_ACCOUNTS),
    ConfigurationPages("points.earningrule", CONFIGURE_ACCOUNTS),
    ConfigurationPages("points.bonus", CONFIGURE_BONUSES),
    Routes("loyalty.points.urls"),
    CHECKS,
    ProfileTab(_("Points history"), "points:history", 40),
    ProfileAction(_("Manage points"), "points:manage", "coins", MANAGE_POINTS, position=10, is_daily=True),
    Figures(balances_of),
    OVERVIEW,
    BALANCES,
    MergeCard("points/merge_balances.html", lambda source, target: list(compared_balances(source, target))),
    MergeMove(
        "lots",
        _("Earnings with their remaining points"),
        30,
        lambda source: Lot.objects.filter(customer=source).count(),
    ),
    MergeMove(
        "pending",
        _("Pending points"),
        40,
        lambda source: Pending.objects.filter(customer=source, settled_by=None).count(),
    ),
    EventPoints(statuses_of),
    EventCard("points/ledger.html", postings_of),
    OrderPoints(promised_by),
    outcomes.OUTCOME,
    Timer("accept-pending", "loyalty.points.orders.tasks.accept_pending", 60.0, is_long=True),
    # A minute after each midnight of the programme, and again each hour: what a night has missed, and changed dates.
    Timer("expire-points", "loyalty.points.expiry.tasks.expire", crontab(minute=1), is_long=True),
    customers.CUSTOMER,
    balance_at.ANSWER,
    read.READ_CUSTOMER,
    display.EVENT,
    read.READ_EVENT,
    OperationLabels(
        _("Points"),
        {
            "points.manage": _("Points added, deducted or spent by hand"),
            "points.change_expiration": _("Expiration of points changed"),
            "points.export": _("Points history exported"),
        },
    ),
)
