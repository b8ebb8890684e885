from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# The names of its modules.
MULTI_ACCOUNTS = "multi_accounts"
EXPIRING_POINTS = "expiring_points"


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
