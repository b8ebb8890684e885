from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Model(TextChoices):
    """What the rows of a file are."""

    EVENTS = "events", _("Events")
    CUSTOMERS = "customers", _("Customers")


class JobStatus(TextChoices):
    # Stored, and waits for a word of staff, because the same file was imported before.
    UPLOADED = "uploaded", _("Waiting for you")
    PROCESSING = "processing", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
