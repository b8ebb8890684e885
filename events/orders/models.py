"""Orders as their events have left them, and the orders of guests."""

from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Func, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.models import PENDING_KB, Customer
from loyalty.database.sequences import next_id
from loyalty.database.trigrams import Trigrams

from .enums import TransactionStatus

# The date by which orders are listed.
WHEN = Coalesce("checkout_at", "created_at")


class Transaction(models.Model):
    """An order: a projection of the events that carry its transaction ID, written in the same transaction.

    `items` are its lines: product_id, name, quantity, subtotal, what was refunded of them, and what they earned.
    Points earned (`bonus` is a part of them; while it is pending they are promised), points burned, and how many of
    either a refund has taken back or returned.
    """

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="transactions"
    )
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

    OWN_KEY = True
    PERSONAL = frozenset({"transaction_id", "data", "occurred_at", "recorded_at"})
    NEUTRAL = frozenset({"account", "claimed_by"})

    class Meta:
        verbose_name = _("guest order")
        verbose_name_plural = _("guest orders")

    def __str__(self) -> str:
        return self.transaction_id
