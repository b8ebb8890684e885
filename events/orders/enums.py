from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# The name of its module.
CHECKOUT_ACCEPT = "checkout_accept"


class TransactionStatus(TextChoices):
    """The life of an order: draft → pending → accepted → refunded, or rejected from pending or accepted."""

    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    REFUNDED = "refunded", _("Refunded")
