from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SegmentStatus(TextChoices):
    ACTIVE = "active", _("Active")
    # As it was last computed: nobody enters or leaves.
    INACTIVE = "inactive", _("Inactive")
    # Without members, for good.
    ARCHIVED = "archived", _("Archived")
