"""What a customer is, and which of these are gone. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    INACTIVE = "inactive", _("Inactive")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    OPTED_OUT = "opted_out", _("Opted out")
    BANNED = "banned", _("Banned")
    MERGED = "merged", _("Merged")


# Their profiles are gone for every interface: answered as unknown.
DEPARTED = frozenset({Status.OPTED_OUT.value, Status.BANNED.value, Status.MERGED.value})
# Of their data only the skeleton is left.
ERASED = frozenset({Status.OPTED_OUT.value, Status.BANNED.value})
