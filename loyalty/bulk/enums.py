from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CallbackStatus(TextChoices):
    """What became of the callback of a request."""

    WAITING = "waiting", _("Not sent yet")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class RequestStatus(TextChoices):
    """How far a request is, in the words of the API."""

    QUEUED = "queued", _("Queued")
    PROCESSING = "processing", _("Processing")
    DONE = "done", _("Done")
