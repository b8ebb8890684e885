from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EntryKind(TextChoices):
    """What an entry does; without a lot it is debt, or pending points. A merge moves lots from one profile to the other."""

    EARN = "earn", _("Earned")
    SPEND = "spend", _("Spent")
    UNSPEND = "unspend", _("Given back")
    DEDUCT = "deduct", _("Deducted")
    REPAY = "repay", _("Debt repaid")
    EXPIRE = "expire", _("Expired")
    REFUND = "refund", _("Taken back")
    RESERVE = "reserve", _("Reserved")
    RELEASE = "release", _("Released")
    PENDING = "pending", _("Pending")
    MOVE = "move", _("Moved")


# Which bucket of a balance each kind of entry moves, and which way. A repayment moves points from a lot to the debt,
# a merge from the lot of one profile to the other's: their buckets are added up.
BUCKETS: Mapping[EntryKind, tuple[str, int] | None] = {
    EntryKind.EARN: ("earned", 1),
    EntryKind.DEDUCT: ("earned", 1),
    EntryKind.SPEND: ("spent", -1),
    EntryKind.UNSPEND: ("spent", -1),
    EntryKind.REPAY: None,
    EntryKind.EXPIRE: ("expired", -1),
    EntryKind.REFUND: ("earned", 1),
    EntryKind.RESERVE: ("reserved", -1),
    EntryKind.RELEASE: ("reserved", -1),
    EntryKind.PENDING: ("pending", 1),
    EntryKind.MOVE: None,
}
# Promises move nothing yet, and a merge's moves cancel each other in what the survivor is told.
NO_MOVEMENT = frozenset({EntryKind.PENDING, EntryKind.MOVE})


class AccountType(TextChoices):
    STANDARD = "standard", _("Standard")
    STATUS_POINTS = "status_points", _("Status points")


class EarningBasis(TextChoices):
    TRANSACTION = "transaction", _("Per transaction")
    ITEM = "item", _("Per item")


class Rounding(TextChoices):
    NEAREST = "nearest", _("To the nearest point")
    UP = "up", _("Up")
    DOWN = "down", _("Down")


class Expiry(TextChoices):
    """When an account's points expire, unless the event that earns them names a day."""

    NONE = "none", _("Never")
    ROLLING = "rolling", _("Some time after they were earned")
    ACTIVITY = "activity", _("Some time after the last activity")
    CALENDAR = "calendar", _("On one day of each year")
    ANNIVERSARY = "anniversary", _("On each anniversary of the customer's opt-in")


class BonusKind(TextChoices):
    MULTIPLIER = "multiplier", _("Multiplier")
    FIXED = "fixed", _("Fixed points")
