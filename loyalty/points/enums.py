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


class BonusKind(TextChoices):
    MULTIPLIER = "multiplier", _("Multiplier")
    FIXED = "fixed", _("Fixed points")
