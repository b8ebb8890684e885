from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Built-in actions that earn what their event type says, as the brand's own do.
EARNING_BY_TYPE = frozenset({"daily_login", "birthday", "anniversary"})


class Source(TextChoices):
    """Where an event came from."""

    API = "api", _("Events API")
    IMPORT = "import", _("Import")
    BACK_OFFICE = "back_office", _("Platform")
    AUTOMATION = "automation", _("Automation")
    TIMER = "timer", _("Schedule")


class TransactionStatus(TextChoices):
    """The life of an order: draft → pending → accepted → refunded, or rejected from pending or accepted."""

    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    REFUNDED = "refunded", _("Refunded")
