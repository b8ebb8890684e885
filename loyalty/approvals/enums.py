from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChangeStatus(TextChoices):
    """All but the first are for good."""

    WAITING = "waiting", _("Waiting")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    # It could not be made any more when somebody approved it.
    CLOSED = "closed", _("Closed")
