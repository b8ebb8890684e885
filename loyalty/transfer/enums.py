from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Model(TextChoices):
    """What the rows of a file are, but for those that rooms take."""

    EVENTS = "events", _("Events")
    CUSTOMERS = "customers", _("Customers")


class JobStatus(TextChoices):
    # Stored, and waits for a word of staff: its columns are unknown, or the same file was imported before.
    UPLOADED = "uploaded", _("Waiting for you")
    PROCESSING = "processing", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class UnknownColumns(TextChoices):
    """What becomes of columns that no field and no attribute is called like."""

    ASK = "", _("Ask")
    KEEP = "keep", _("Import them as new attributes")
    LEAVE_OUT = "leave_out", _("Leave them out")


class NoticeKind(TextChoices):
    """What is told of a row that was not refused."""

    ALREADY_THERE = "there", _("Already there")
    MERGED = "merged", _("Merged profile")
