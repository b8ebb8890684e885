"""What rewards show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.ui.navigation import Entry, Group

from .api.entities import CATEGORIES, PAIR
from .bindings import BINDINGS
from .labels import AUDIT
from .operations import APPROVED
from .rights import RIGHTS, VIEW_REWARDS

CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    APPROVED,
    Routes("rewards.catalogue.api.urls"),
    Routes("rewards.catalogue.pages.urls"),
    Entry(Group.LOYALTY, _("Rewards"), "rewards:list", "gift", VIEW_REWARDS),
    PAIR,
    CATEGORIES,
    *BINDINGS,
    *AUDIT,
)
