"""What tiers show elsewhere."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from customers.fields.reserved import ReservedNames
from loyalty.approvals.effects import Figures
from loyalty.http.routes import Routes
from loyalty.program.modules import Module
from loyalty.tiers.rights import CONFIGURE_TIERS, RIGHTS
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .api.customers import CUSTOMER, READ_CUSTOMER
from .api.entities import PAIR
from .checks import CHECKS
from .codes import CODES
from .enums import TIERS_MODULE
from .labels import AUDIT
from .profile.contributions import CONTRIBUTIONS as PROFILE
from .profile.facts import FACTS
from .profile.figures import levels_of
from .structures.operations import TIERS

CONTRIBUTIONS: tuple[object, ...] = (
    Module(TIERS_MODULE, _("Tiers")),
    CODES,
    RIGHTS,
    FACTS,
    ReservedNames(frozenset({"tiers"})),
    CHECKS,
    Routes("loyalty.tiers.structures.urls"),
    Entry(Group.LOYALTY, _("Tiers"), "tier_structures:list", "award", CONFIGURE_TIERS, TIERS_MODULE, shortcut="l"),
    Routes("loyalty.tiers.profile.urls"),
    *PROFILE,
    # Two minutes after each midnight of the programme, and again each hour: what a night has missed, and changed dates.
    Timer("expire-tiers", "loyalty.tiers.expiry.tasks.expire", crontab(minute=2), is_long=True),
    # Once a night, when what expired is seen to.
    Timer("announce-tiers", "loyalty.tiers.expiry.tasks.announce", crontab(hour=0, minute=40), is_long=True),
    Timer("recalculate-tiers", "loyalty.tiers.recalculation.tasks.recalculate", 60.0, is_long=True),
    Timer("count-tiers", "loyalty.tiers.structures.tasks.count", crontab(hour=0, minute=20)),
    TIERS,
    Figures(levels_of),
    CUSTOMER,
    READ_CUSTOMER,
    PAIR,
    *AUDIT,
)
