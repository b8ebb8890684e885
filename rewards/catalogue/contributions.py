"""What rewards show elsewhere."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.roles.rights import Uploads
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .api.entities import CATEGORIES, PAIR
from .bindings import BINDINGS
from .images.pictures import MOST_BYTES
from .labels import AUDIT
from .operations import APPROVED
from .rights import CONFIGURE_REWARDS, RIGHTS, VIEW_REWARDS

CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    APPROVED,
    Routes("rewards.catalogue.api.urls"),
    Routes("rewards.catalogue.pages.urls"),
    Routes("rewards.catalogue.images.urls"),
    Uploads(CONFIGURE_REWARDS, MOST_BYTES),
    Timer("forget-reward-images", "rewards.catalogue.images.tasks.forget_images", crontab(hour=3, minute=17)),
    Entry(Group.LOYALTY, _("Rewards"), "rewards:list", "gift", VIEW_REWARDS),
    PAIR,
    CATEGORIES,
    *BINDINGS,
    *AUDIT,
)
