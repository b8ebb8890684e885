from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AutoSubscribe(TextChoices):
    """What an event of an unknown customer does."""

    OFF = "off", _("Refuse the event")
    CHECKOUT = "checkout", _("A checkout creates an inactive customer")
    ANY = "any", _("Any event creates an inactive customer")


class Origin(TextChoices):
    """How a version of the programme came about."""

    FILE = "file", _("Program file")
    ADMIN = "admin", _("Configuration pages")
    FOUND = "found", _("Found by the engine")
