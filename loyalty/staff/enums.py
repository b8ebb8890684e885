from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    READ_ONLY = "read_only", _("Read-only")


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


class Api(TextChoices):
    """The interfaces that a key may be for."""

    EVENTS = "events", _("Events")
    CUSTOMERS = "customers", _("Customers")
    DISPLAY = "display", _("Display")
    READ = "read", _("Read")


class KeyKind(TextChoices):
    """How the requests of a key come."""

    SERVER = "server", _("Server: every request is signed")
    DEVELOPMENT = "development", _("Development: requests may come unsigned")
    CLIENT_SIDE = "client_side", _("Client-side: unsigned, from web pages, behavioural events only")


class Origin(TextChoices):
    """How a version of the programme came about."""

    FILE = "file", _("Program file")
    ADMIN = "admin", _("Configuration pages")
    FOUND = "found", _("Found by the engine")
