"""What happened: the write-once events, and the keys that let each receipt count once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.database.sequences import next_id
from loyalty.intake.sources import Source

# The tables of the inner rooms, for Django.
from .orders.models import GuestOrder as GuestOrder
from .orders.models import Transaction as Transaction
from .types.models import EventAttribute as EventAttribute
from .types.models import EventType as EventType


class Event(models.Model):
    """Write-once record of one action of one customer; the database refuses UPDATE, DELETE and TRUNCATE."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="events")
    id = models.BigIntegerField(db_default=next_id("events_event_id"))
    action = models.CharField(_("action"), max_length=64)
    points = models.BigIntegerField(_("points"), default=0)
    account_id = models.BigIntegerField(_("account"), null=True)
    data = models.JSONField(_("attributes"), default=dict)
    transaction_id = models.CharField(_("transaction ID"), max_length=128, null=True)
    parent_id = models.BigIntegerField(_("caused by"), null=True)
    # The merged-away profile by whose identity it came in; empty: the customer's own.
    via_id = models.BigIntegerField(null=True)
    source = models.CharField(_("source"), max_length=12, choices=Source)
    source_detail = models.CharField(_("source detail"), max_length=200, default="")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("administrator"),
    )
    api_key_id = models.BigIntegerField(_("API key"), null=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("user agent"), max_length=400, default="")
    occurred_at = models.DateTimeField(_("effect time"))
    recorded_at = models.DateTimeField(_("processing time"))
    program_version = models.IntegerField(_("programme version"))

    # Unknown attributes in `data` count as personal; the event type names those that are not.
    PERSONAL = frozenset(["data", "transaction_id", "ip_address", "user_agent", "occurred_at", "recorded_at"])
    NEUTRAL = frozenset(
        "pk customer id action points account_id parent_id via_id source source_detail staff api_key_id "
        "program_version".split()
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(condition=models.Q(source__in=Source.values), name="event_source_is_known"),
        ]
        indexes = [
            models.Index("customer", models.F("occurred_at").desc(), models.F("id").desc(), name="event_timeline"),
            # Of everybody: what happened since.
            models.Index("occurred_at", "id", name="event_recent"),
            models.Index(
                "customer",
                "transaction_id",
                name="event_by_transaction",
                condition=models.Q(transaction_id__isnull=False),
            ),
            # What somebody of the staff has recorded by hand today.
            models.Index(
                "staff",
                "recorded_at",
                name="event_by_hand",
                condition=models.Q(source=Source.BACK_OFFICE, staff__isnull=False),
            ),
            # A handful for each customer: who has had the birthday of this year.
            models.Index(
                "customer",
                "action",
                "occurred_at",
                name="event_celebrated",
                condition=models.Q(action__in=["birthday", "anniversary"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"


class BusinessKey(models.Model):
    """A key that is used once in the whole brand, such as `checkout:<transaction id>`: one receipt pays once."""

    key = models.CharField(max_length=200, primary_key=True)
    recorded_at = models.DateTimeField()

    OWN_KEY = True
    PERSONAL = frozenset({"key"})
    NEUTRAL = frozenset({"recorded_at"})

    class Meta:
        verbose_name = _("business key")

    def __str__(self) -> str:
        return self.key
