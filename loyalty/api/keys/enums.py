from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Api(TextChoices):
    """The interfaces that a key may be for."""

    EVENTS = "events", _("Events")
    CUSTOMERS = "customers", _("Customers")
    DISPLAY = "display", _("Display")
    READ = "read", _("Read")
    ENTITIES = "entities", _("Entities")


class KeyKind(TextChoices):
    """How the requests of a key come."""

    SERVER = "server", _("Server: every request is signed")
    DEVELOPMENT = "development", _("Development: requests may come unsigned")
    CLIENT_SIDE = "client_side", _("Client-side: unsigned, from web pages, behavioural events only")
