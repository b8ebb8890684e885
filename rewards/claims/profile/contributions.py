"""What claims show of a customer, and of a reward."""

from django.utils.translation import gettext_lazy as _

from coupons.profile.queries import KeptCoupons
from customers.profile.frame import ProfileAction, ProfileTab
from loyalty.engine.status import Status
from loyalty.http.routes import Routes
from rewards.catalogue.rights import VIEW_REWARDS
from rewards.claims.queries import kept_coupons
from rewards.claims.rights import CLAIM_REWARDS

from .card import OVERVIEW
from .panels import PANELS
from .sentences import SENTENCES

CONTRIBUTIONS: tuple[object, ...] = (
    Routes("rewards.claims.urls"),
    ProfileTab(_("Rewards"), "claims:of-customer", 65, VIEW_REWARDS),
    ProfileAction(
        _("Claim a reward"), "claims:claim", "gift", CLAIM_REWARDS, position=76, statuses=frozenset({Status.ACTIVE})
    ),
    KeptCoupons(kept_coupons),
    OVERVIEW,
    SENTENCES,
    PANELS,
)
