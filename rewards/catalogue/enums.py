"""What rewards are: names of values. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RewardType(TextChoices):
    COUPON = "coupon", _("Coupon")
    GIFT_CARD = "gift_card", _("Gift card")
    # Worth as much as the points that the customer chooses to pay.
    DYNAMIC_COUPON = "dynamic_coupon", _("Dynamic coupon")
    DYNAMIC = "dynamic", _("Dynamic reward")
    BUNDLE = "bundle", _("Bundle")
    BIDDING = "bidding", _("Bidding")
    PHYSICAL = "physical", _("Physical")
    VIRTUAL = "virtual", _("Virtual")
    DOWNLOAD = "download", _("Download")
    CONTENT = "content", _("Content")
    CUSTOM = "custom", _("Custom")
    PROMOTION = "promotion", _("Promotion")


# A claim gives a code of one pool; of a bundle, one of each.
OF_ONE_POOL = frozenset({RewardType.COUPON, RewardType.GIFT_CARD, RewardType.DYNAMIC_COUPON})
OF_POOLS = OF_ONE_POOL | {RewardType.BUNDLE}
# The customer says how many points: from the price to the highest one, in steps.
OF_CHOSEN_POINTS = frozenset({RewardType.DYNAMIC_COUPON, RewardType.DYNAMIC, RewardType.BIDDING})
# They show something of their own to whoever has claimed them.
OF_CONTENT = frozenset({RewardType.CONTENT, RewardType.CUSTOM, RewardType.DOWNLOAD})


class RewardStatus(TextChoices):
    INACTIVE = "inactive", _("Inactive")
    ACTIVE = "active", _("Active")
    # In no list, on no page and in no answer until it is restored.
    ARCHIVED = "archived", _("Archived")


SHOWN = (RewardStatus.INACTIVE, RewardStatus.ACTIVE)


class CategoryStatus(TextChoices):
    ACTIVE = "active", _("Active")
    # Its rewards are shown and cannot be claimed.
    COMING_SOON = "coming_soon", _("Coming soon")
    # Its rewards are not listed.
    HIDDEN = "hidden", _("Hidden")


class LockKind(TextChoices):
    """Who waits for the end of the lock after a claim: nobody, the customer who has claimed, everybody."""

    NONE = "none", _("None")
    CUSTOMER = "customer", _("Per customer")
    REWARD = "reward", _("Per reward")


class TransferDate(TextChoices):
    """The last day of a coupon that its owner gives to somebody else."""

    REMAIN = "remain", _("Stays as it is")
    MODIFY = "modify", _("Counts from the transfer")
    EXTEND = "extend", _("Is so much later")


class IntervalUnit(TextChoices):
    MINUTES = "minutes", _("Minutes")
    HOURS = "hours", _("Hours")
    DAYS = "days", _("Days")
    WEEKS = "weeks", _("Weeks")
    MONTHS = "months", _("Months")
    YEARS = "years", _("Years")


class ReasonCode(TextChoices):
    """Why somebody cannot claim a reward now. The first that holds is told by its public code, all of them beside it."""

    INACTIVE = "inactive", _("Not active")
    NOT_STARTED = "not_started", _("Not started yet")
    ENDED = "ended", _("Over")
    AUDIENCE = "audience", _("For others only")
    STOCK = "stock", _("Sold out")
    LIMIT = "limit", _("Claimed often enough")
    INTERVAL = "interval", _("Claimed a short while ago")
    PRICE = "price", _("No price in this currency")
    POINTS = "points", _("Too few points")
    LOCK = "lock", _("Somebody is claiming it")
    CODES = "codes", _("No code left")
