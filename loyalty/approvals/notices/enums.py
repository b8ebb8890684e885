from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeMode(TextChoices):
    """When somebody gets an e-mail about changes; the count in the sidebar is always there."""

    EACH = "each", _("As soon as there is something")
    DIGEST = "digest", _("All together, every so many hours")
    NEVER = "never", _("Never")
