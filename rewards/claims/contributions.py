"""What claims show elsewhere."""

from django.utils.translation import gettext_lazy as _

from customers.export.queries import NotExported, ReferenceNames
from customers.merging.preview import MergeMove
from customers.models import Customer
from loyalty.timers import Timer
from rewards.catalogue.models import Reward
from rewards.catalogue.stock import ClaimsThatStand

from .api.contributions import CONTRIBUTIONS as API
from .checks import CHECKS
from .codes import CODES
from .facts import FACTS
from .labels import AUDIT
from .models import Bid, Claim, HighestBid
from .profile.contributions import CONTRIBUTIONS as PROFILE
from .queries import taken_of
from .rights import RIGHTS


def _claims(source: Customer) -> int:
    return Claim.objects.filter(customer=source).count()


def _bids(source: Customer) -> int:
    return Bid.objects.filter(customer=source).count()


CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    CHECKS,
    RIGHTS,
    FACTS,
    ClaimsThatStand(taken_of),
    ReferenceNames("reward_id", lambda: Reward.objects.values_list("id", "slug")),
    NotExported(HighestBid, "Which of the bids stands, which the bids themselves tell."),
    MergeMove("claims", _("Claims of rewards, which count for limits together"), 49, _claims),
    MergeMove("bids", _("Bids for rewards, the highest ones among them"), 50, _bids),
    Timer("end-biddings", "rewards.claims.bidding.tasks.end", 60.0, is_long=True),
    AUDIT,
    *API,
    *PROFILE,
)
