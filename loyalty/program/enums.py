from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AutoSubscribe(TextChoices):
    """What an event of an unknown customer does."""

    OFF = "off", _("Refuse the event")
    CHECKOUT = "checkout", _("A checkout creates an inactive customer")
    ANY = "any", _("Any event creates an inactive customer")


class Module(TextChoices):
    """Parts of the programme that can be switched off; off hides their fields, pages and labels."""

    MULTI_ACCOUNTS = "multi_accounts", _("Multi-accounts")
    EXPIRING_POINTS = "expiring_points", _("Expiring points")
    CHECKOUT_ACCEPT = "checkout_accept", _("Checkout accept")
    TIERS = "tiers", _("Tiers")


class Origin(TextChoices):
    """How a version of the programme came about."""

    FILE = "file", _("Program file")
    ADMIN = "admin", _("Configuration pages")
    FOUND = "found", _("Found by the engine")
