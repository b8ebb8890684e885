from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """What is inactive is not chosen anew; what is archived is never shown again, and its ID stays taken."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    ARCHIVED = "archived", _("Archived")


# Those that people and integrators see.
SHOWN = (Status.ACTIVE, Status.INACTIVE)
