"""By which way events come in."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Source(TextChoices):
    """Where an event came from."""

    API = "api", _("Events API")
    IMPORT = "import", _("Import")
    BACK_OFFICE = "back_office", _("Platform")
    AUTOMATION = "automation", _("Automation")
    TIMER = "timer", _("Schedule")
