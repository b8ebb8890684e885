"""What coupons show elsewhere."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from customers.export.queries import CustomerColumns, NotExported, ReferenceNames
from customers.merging.preview import MergeMove
from customers.models import Customer
from customers.profile.frame import ProfileAction, ProfileTab
from loyalty.engine.status import Status
from loyalty.http.routes import Routes
from loyalty.staff.roles.rights import Uploads
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .api.entities import PAIR
from .api.guards import GUARD
from .bulk.imports import FILES
from .bulk.kinds import KINDS
from .checks import CHECKS
from .codes import CODES
from .facts import FACTS
from .labels import AUDIT
from .models import Coupon, Movement, Pool, Use
from .profile.card import OVERVIEW
from .profile.sentences import SENTENCES
from .rights import CHANGE_COUPONS, CONFIGURE_COUPONS, RIGHTS, VIEW_COUPONS
from .stock.operations import MAX_FILE, POOLS
from .stock.places import USED_BY_POOLS


def _coupons_held(source: Customer) -> int:
    return Coupon.objects.filter(customer=source).count()


CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    CHECKS,
    RIGHTS,
    Uploads(CONFIGURE_COUPONS, MAX_FILE),
    POOLS,
    USED_BY_POOLS,
    Routes("coupons.api.urls"),
    PAIR,
    FACTS,
    # Of whoever has the coupon.
    CustomerColumns(Use, ("coupon__customer_id",)),
    NotExported(Movement, "What gift cards have gained and lost, which their redemptions and balances tell."),
    ReferenceNames("pool_id", lambda: Pool.objects.values_list("id", "name")),
    GUARD,
    *KINDS.values(),
    FILES,
    Routes("coupons.pages.urls"),
    Entry(Group.LOYALTY, _("Coupons"), "coupons:pools", "ticket", VIEW_COUPONS),
    ProfileTab(_("Coupons"), "coupons:of-customer", 60, VIEW_COUPONS),
    ProfileAction(
        _("Assign coupon"),
        "coupons:assign",
        "ticket-plus",
        CHANGE_COUPONS,
        position=75,
        statuses=frozenset({Status.ACTIVE}),
    ),
    OVERVIEW,
    SENTENCES,
    MergeMove("coupons", _("Coupons, with what is left of gift cards"), 48, _coupons_held),
    # Three minutes after each midnight of the programme, and again each hour: what a night has missed, and changed dates.
    Timer("expire-coupons", "coupons.expiry.tasks.expire", crontab(minute=3), is_long=True),
    # Operations wake them; these find what got lost.
    Timer("generate-codes", "coupons.stock.tasks.generate", 60.0, is_long=True),
    Timer("change-coupons", "coupons.stock.tasks.change_coupons", 60.0, is_long=True),
    *AUDIT,
)
