from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EntryKind(TextChoices):
    EARN = "earn", _("Earned")
    SPEND = "spend", _("Spent")
    DEDUCT = "deduct", _("Deducted")


class EarningBasis(TextChoices):
    TRANSACTION = "transaction", _("Per transaction")
    ITEM = "item", _("Per item")


class Rounding(TextChoices):
    NEAREST = "nearest", _("To the nearest point")
    UP = "up", _("Up")
    DOWN = "down", _("Down")
