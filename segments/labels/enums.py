from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LabelStatus(TextChoices):
    """An inactive one stays where it is, and is not given anew."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
