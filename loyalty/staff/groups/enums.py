from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class GroupStatus(TextChoices):
    """A draft is not given yet; an inactive one stays where it is, and is not given anew."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
