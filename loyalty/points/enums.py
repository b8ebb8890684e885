from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EntryKind(TextChoices):
    """What an entry does; an entry without a lot is debt."""

    EARN = "earn", _("Earned")
    SPEND = "spend", _("Spent")
    UNSPEND = "unspend", _("Given back")
    DEDUCT = "deduct", _("Deducted")
    REPAY = "repay", _("Debt repaid")


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
