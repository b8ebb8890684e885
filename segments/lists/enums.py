from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ListStatus(TextChoices):
    """A draft is as the API creates it; what is archived stays so, without members."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    ARCHIVED = "archived", _("Archived")
