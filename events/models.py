from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Func, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.fields.enums import FieldType
from customers.fields.models import CHOICES, wrong_options
from customers.fields.rules import MAX_ITEM
from customers.models import PENDING_KB, Customer
from loyalty.database.saving import SavesOnlyChanges
from loyalty.database.trigrams import Trigrams

from .enums import ANY_TYPE, MAY_BE_BEHAVIOURAL, Source, TransactionStatus

TYPES_OF_ATTRIBUTES = [(ANY_TYPE, _("As it is sent")), *FieldType.choices]


class EventType(SavesOnlyChanges):
    """Definition of an action."""

    action = models.CharField(
        _("action"),
        max_length=64,
        primary_key=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use lower-case letters, digits and underscores."))],
    )
    name = models.CharField(_("name"), max_length=100)
    labels = models.JSONField(_("labels"), default=dict, blank=True, help_text=_('Per language: {"hu": "Vásárlás"}.'))
    description = models.TextField(_("description"), blank=True)
    only_known = models.BooleanField(
        _("these attributes only"),
        default=False,
        db_default=False,
        help_text=_("An event with another attribute is refused. Off: it is kept as it was sent."),
    )
    default_points = models.IntegerField(_("default points"), default=0)
    default_account = models.CharField(
        _("default account"),
        max_length=64,
        default="",
        db_default="",
        blank=True,
        help_text=_("What earns the default points where the event names none. Empty: the brand's default account."),
    )
    one_time = models.BooleanField(_("one time only"), default=False)
    exposed = models.BooleanField(_("exposed in the Display API"), default=True)
    behavioural = models.BooleanField(
        _("behavioural"),
        default=False,
        db_default=False,
        help_text=_("May come unsigned, from a page or an app: it tells nothing personal and of no purchase."),
    )
    pending_days = models.PositiveSmallIntegerField(
        _("days pending"),
        null=True,
        blank=True,
        help_text=_("Its points stay pending for so many days. Empty: they can be spent at once."),
    )
    factory = models.BooleanField(_("built in"), default=False, editable=False)

    class Meta:
        verbose_name = _("event type")
        verbose_name_plural = _("event types")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(default_points__gte=0), name="default_points_are_not_negative"),
            models.CheckConstraint(
                condition=models.Q(behavioural=False)
                | models.Q(factory=False)
                | models.Q(action__in=sorted(MAY_BE_BEHAVIOURAL)),
                name="what_is_personal_or_transactional_is_not_behavioural",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(self.labels.get(get_language() or "en") or self.name)


class EventAttribute(SavesOnlyChanges):
    """An attribute of an event type: how its values are read, where the action is the brand's own."""

    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="attributes")
    slug = models.CharField(_("ID"), max_length=64, help_text=_("As it is sent."))
    label = models.CharField(_("label"), max_length=100, blank=True, default="")
    type = models.CharField(_("type"), max_length=15, choices=TYPES_OF_ATTRIBUTES, default=FieldType.STRING)
    options = ArrayField(
        models.CharField(max_length=MAX_ITEM), verbose_name=_("options"), default=list, blank=True,
        help_text=_("What a select or a multiple choice offers."),
    )  # fmt: skip
    required = models.BooleanField(_("required"), default=False)
    personal = models.BooleanField(
        _("personal"), default=False, help_text=_("Tells something of a person: the action must be signed.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event_type", "slug"], name="one_attribute_of_an_id"),
            models.CheckConstraint(
                condition=models.Q(type__in=[name for name, _ in TYPES_OF_ATTRIBUTES]),
                name="attribute_type_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=sorted(CHOICES)) ^ models.Q(options=[]),
                name="attribute_options_are_of_a_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.slug.replace("_", " ").capitalize()

    @property
    def definition(self) -> dict[str, Any]:
        """As the program file has it."""
        names = ("label", "type", "options", "required", "personal")
        return {"id": self.slug, **{name: getattr(self, name) for name in names}}

    def clean(self) -> None:
        if message := wrong_options(self.type, self.options):
            raise ValidationError({"options": message})


def next_id(sequence: str) -> models.Func:
    """The default of an owned table's id: the engine draws blocks of the same sequence."""
    return models.Func(models.Value(sequence), function="nextval", output_field=models.BigIntegerField())


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

    PERSONAL = frozenset({"key"})
    NEUTRAL = frozenset({"recorded_at"})

    class Meta:
        verbose_name = _("business key")

    def __str__(self) -> str:
        return self.key


# The date by which orders are listed.
WHEN = Coalesce("checkout_at", "created_at")


class Transaction(models.Model):
    """An order: a projection of the events that carry its transaction ID, written in the same transaction.

    `items` are its lines: product_id, name, quantity, subtotal, what was refunded of them, and what they earned.
    Points earned (`bonus` is a part of them; while it is pending they are promised), points burned, and how many of
    either a refund has taken back or returned.
    """

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="transactions")
    id = models.BigIntegerField(db_default=next_id("events_transaction_id"))
    transaction_id = models.CharField(_("transaction ID"), max_length=128)
    status = models.CharField(_("status"), max_length=8, choices=TransactionStatus)
    event_id = models.BigIntegerField(_("checkout"), null=True)
    account_id = models.BigIntegerField(_("account"), null=True)
    currency = models.CharField(_("currency"), max_length=3, null=True)
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=4, default=0)
    refunded = models.DecimalField(_("refunded"), max_digits=20, decimal_places=4, default=0)
    items = models.JSONField(_("items"), default=list)
    earned = models.BigIntegerField(_("earned"), default=0)
    bonus = models.BigIntegerField(_("bonus"), default=0)
    # What the order itself says that it earns (points_rewarded), instead of the rules.
    fixed_points = models.BigIntegerField(_("fixed points"), null=True)
    channel = models.TextField(_("channel"), null=True)
    taken_back = models.BigIntegerField(_("taken back"), default=0)
    burned = models.BigIntegerField(_("burned"), default=0)
    given_back = models.BigIntegerField(_("given back"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    checkout_at = models.DateTimeField(_("checkout date"), null=True)
    accept_at = models.DateTimeField(_("accepted automatically at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    # What it has used of the limits of bonuses and not given back (`events.orders.Booking`); empty: nothing.
    booked = models.JSONField(_("used limits of bonuses"), null=True)
    # What of it counts in the purchase statistics: less its refunds, nothing if it was undone. Kept by the database.
    bought = models.GeneratedField(
        expression=Case(When(status="accepted", then=F("total") - F("refunded")), default=Value(Decimal(0))),
        output_field=models.DecimalField(max_digits=20, decimal_places=4),
        db_persist=True,
    )
    bought_items = models.GeneratedField(
        expression=Case(
            When(status="accepted", then=Func("items", function="events_items_left")),
            default=Value(0),
            output_field=models.DecimalField(max_digits=20, decimal_places=3),
        ),
        output_field=models.DecimalField(max_digits=20, decimal_places=3),
        db_persist=True,
    )

    PERSONAL = frozenset("transaction_id items channel created_at updated_at checkout_at accept_at accepted_at".split())
    NEUTRAL = frozenset(
        "pk customer id status event_id account_id currency total refunded earned bonus fixed_points taken_back burned given_back "
        "reserved bought bought_items booked".split()
    )

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        constraints = [
            # By transaction first: the brand's staff look for one whatever its customer.
            models.UniqueConstraint(fields=["transaction_id", "customer"], name="one_transaction_per_customer"),
            models.CheckConstraint(
                condition=models.Q(status__in=TransactionStatus.values), name="transaction_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0, refunded__lte=models.F("total")),
                name="transaction_refunds_at_most_its_total",
            ),
            models.CheckConstraint(
                condition=models.Q(taken_back__gte=0, taken_back__lte=models.F("earned")),
                name="transaction_takes_back_at_most_what_it_earned",
            ),
            models.CheckConstraint(
                condition=models.Q(given_back__gte=0, given_back__lte=models.F("burned")),
                name="transaction_gives_back_at_most_what_it_burned",
            ),
            models.CheckConstraint(
                condition=models.Q(bonus__lte=models.F("earned"), reserved__gte=0),
                name="transaction_points_are_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(status=TransactionStatus.DRAFT, event_id__isnull=True)
                | models.Q(~models.Q(status=TransactionStatus.DRAFT), event_id__isnull=False),
                name="only_a_draft_has_no_checkout",
            ),
            models.CheckConstraint(
                condition=models.Q(booked__isnull=True) | ~models.Q(status=TransactionStatus.REJECTED),
                name="rejected_transaction_uses_no_limit",
            ),
        ]
        indexes = [
            models.Index(WHEN, "id", name="transaction_by_date"),
            models.Index("status", WHEN, "id", name="transaction_by_status", condition=~models.Q(status="accepted")),
            models.Index("accept_at", name="transaction_due", condition=models.Q(status="pending")),
            # Few: those that a bonus with a limit has given to.
            models.Index("customer", name="transaction_uses_limits", condition=models.Q(booked__isnull=False)),
            GinIndex(Trigrams("transaction_id"), name="transaction_by_part", gin_pending_list_limit=PENDING_KB),
            # All that the purchase statistics read.
            models.Index(
                "customer",
                "checkout_at",
                name="transaction_bought",
                include=["bought", "bought_items"],
                condition=models.Q(accepted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.transaction_id

    @property
    def when(self) -> datetime:
        """The checkout's date; of a draft, when it was first heard of. `WHEN` in queries."""
        return self.checkout_at or self.created_at

    @property
    def left(self) -> Decimal:
        """What has not been refunded."""
        return self.total - self.refunded


class GuestOrder(models.Model):
    """A checkout of somebody who is no customer, kept until a customer claims it."""

    transaction_id = models.CharField(_("transaction ID"), max_length=128, primary_key=True)
    data = models.JSONField(_("attributes"))
    account = models.CharField(_("account"), max_length=64, null=True)
    occurred_at = models.DateTimeField(_("effect time"))
    recorded_at = models.DateTimeField(_("processing time"))
    claimed_by = models.BigIntegerField(_("claimed by"), null=True)

    PERSONAL = frozenset({"transaction_id", "data", "occurred_at", "recorded_at"})
    NEUTRAL = frozenset({"account", "claimed_by"})

    class Meta:
        verbose_name = _("guest order")
        verbose_name_plural = _("guest orders")

    def __str__(self) -> str:
        return self.transaction_id
