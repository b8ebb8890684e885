from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Built-in actions without a rule of their own: recorded, once if their type says so.
RECORDED = frozenset(
    {"review_submit", "share_intent_success", "fitbit_activity", "instagram_contest_enter", "booking", "daily_purchase"}
)
# Built-in actions that are limited to one time if their type says so; of answers, one time a question.
ONCE_BY_TYPE = RECORDED | {"profiling_answer"}
# Built-in actions that earn what their event type says, as the brand's own do.
EARNING_BY_TYPE = RECORDED | {
    "daily_login",
    "birthday",
    "anniversary",
    "profiling_answer",
    "referral",
    "referral_points",
}
# Built-in actions that tell nothing personal, of no purchase and of no points: they may come unsigned.
MAY_BE_BEHAVIOURAL = frozenset(
    {"login", "daily_login", "review_submit", "share_intent_success", "instagram_contest_enter"}
)


# The attribute by which an event says that it earned nothing, since nobody has said what this currency earns.
UNEARNED_CURRENCY = "unearned_currency"

# The type of an attribute whose values are what they are; the others are those of customers' fields.
ANY_TYPE = "any"


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
