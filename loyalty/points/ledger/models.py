"""The ledger: lots, entries, balances, and points that are promised."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from events.models import Event
from loyalty.accounts.models import Account
from loyalty.database.sequences import next_id
from loyalty.points.enums import EntryKind


class Lot(models.Model):
    """Points of one earning event, with their own expiry; spent earliest-expiring first."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="lots"
    )
    id = models.BigIntegerField(db_default=next_id("points_lot_id"))
    event_id = models.BigIntegerField()
    event = models.ForeignObject(
        Event, models.DO_NOTHING, ["customer_id", "event_id"], ["customer_id", "id"], related_name="lots"
    )
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    points = models.BigIntegerField()
    remaining = models.BigIntegerField()
    expired = models.BigIntegerField(default=0, db_default=0)
    earned_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    # Why these points: the rules that applied, with their figures; the version of the programme is the event's.
    arithmetic = models.JSONField(null=True)

    # Why an order earned its points tells what was bought.
    PERSONAL = frozenset({"arithmetic", "earned_at", "expires_at"})
    NEUTRAL = frozenset("pk customer id event event_id account points remaining expired".split())

    class Meta:
        verbose_name = _("lot")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="lot_has_points"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, expired__gte=0, remaining__lte=F("points") - F("expired")),
                name="lot_remaining",
            ),
        ]
        indexes = [
            models.Index("expires_at", name="lot_due", condition=Q(remaining__gt=0, expires_at__isnull=False)),
            models.Index("customer", "account", "expires_at", "id", name="lot_open", condition=Q(remaining__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.remaining}/{self.points}"


class Entry(models.Model):
    """Write-once ledger row. Points are signed; an entry that touches a lot changes its `remaining` by `points`."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="entries"
    )
    id = models.BigIntegerField(db_default=next_id("points_entry_id"))
    event_id = models.BigIntegerField()
    event = models.ForeignObject(
        Event, models.DO_NOTHING, ["customer_id", "event_id"], ["customer_id", "id"], related_name="entries"
    )
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    kind = models.CharField(max_length=8, choices=EntryKind)
    points = models.BigIntegerField()
    lot_id = models.BigIntegerField(null=True)
    lot = models.ForeignObject(
        Lot, models.DO_NOTHING, ["customer_id", "lot_id"], ["customer_id", "id"], null=True, related_name="entries"
    )
    recorded_at = models.DateTimeField()

    PERSONAL = frozenset({"recorded_at"})
    NEUTRAL = frozenset(["pk", "customer", "id", "event", "event_id", "account", "kind", "points", "lot", "lot_id"])

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="entry_moves_points"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=[EntryKind.EARN, EntryKind.UNSPEND, EntryKind.RELEASE], points__gt=0)
                | Q(kind__in=[EntryKind.SPEND, EntryKind.DEDUCT, EntryKind.REFUND, EntryKind.RESERVE], points__lt=0)
                # A refund takes back first what has expired: that is no longer expired, then.
                | Q(kind__in=[EntryKind.EXPIRE, EntryKind.PENDING, EntryKind.MOVE])
                | Q(kind=EntryKind.REPAY, lot_id__isnull=False, points__lt=0)
                | Q(kind=EntryKind.REPAY, lot_id__isnull=True, points__gt=0),
                name="entry_sign_follows_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.PENDING, lot_id__isnull=False)
                & ~Q(
                    kind__in=[EntryKind.EARN, EntryKind.EXPIRE, EntryKind.RESERVE, EntryKind.MOVE], lot_id__isnull=True
                ),
                name="entry_has_a_lot_unless_pending_or_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points:+}"


class Balance(models.Model):
    """Per customer and account; a projection of the entries, written in the same transaction.

    earned − spent − expired − reserved = spendable − debt, one of the two being 0. Pending points are outside.
    """

    pk = models.CompositePrimaryKey("customer_id", "account_id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="balances")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    earned = models.BigIntegerField(_("score"), default=0)
    spent = models.BigIntegerField(_("spent"), default=0)
    expired = models.BigIntegerField(_("expired"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    pending = models.BigIntegerField(_("pending"), default=0)
    debt = models.BigIntegerField(_("debt"), default=0)
    # Kept only where the account's points expire some time after the last activity.
    active_at = models.DateTimeField(_("last activity"), null=True)
    spendable = models.GeneratedField(
        expression=F("earned") - F("spent") - F("expired") - F("reserved") + F("debt"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    PERSONAL = frozenset({"active_at"})
    NEUTRAL = frozenset(
        ["pk", "customer", "account", "earned", "spent", "expired", "reserved", "pending", "debt", "spendable"]
    )

    class Meta:
        verbose_name = _("balance")
        constraints = [
            models.CheckConstraint(
                condition=Q(spent__gte=0, expired__gte=0, reserved__gte=0, pending__gte=0, debt__gte=0),
                name="balance_buckets_are_not_negative",
            ),
            models.CheckConstraint(condition=Q(spendable__gte=0), name="balance_spendable_is_not_negative"),
            models.CheckConstraint(condition=Q(spendable=0) | Q(debt=0), name="balance_debt_or_spendable"),
        ]
        indexes = [
            models.Index("account", "earned", "customer", name="balance_by_earned"),
            models.Index("account", "spendable", "customer", name="balance_by_spendable"),
            models.Index("account", "active_at", name="balance_idle", condition=Q(active_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.spendable)

    @property
    def point_balance(self) -> int:
        """What can be spent less what is owed: below 0 while there is a debt."""
        return self.spendable - self.debt


class Pending(models.Model):
    """Points promised by an event: of an order until it is accepted, of another event until its time has come."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="pending_points")
    id = models.BigIntegerField(db_default=next_id("points_pending_id"))
    event_id = models.BigIntegerField()
    event = models.ForeignObject(
        Event, models.DO_NOTHING, ["customer_id", "event_id"], ["customer_id", "id"], related_name="pending_points"
    )
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    points = models.BigIntegerField()
    bonus = models.BigIntegerField(default=0, db_default=0)
    arithmetic = models.JSONField(null=True)
    # Of the order, and the place of its line in it: none where the whole order earns them.
    transaction_id = models.CharField(max_length=128, null=True)
    line = models.IntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    # The event that confirmed or cancelled them.
    settled_by = models.BigIntegerField(null=True)

    PERSONAL = frozenset({"arithmetic", "transaction_id", "due_at"})
    NEUTRAL = frozenset("pk customer id event event_id account points bonus line settled_by".split())

    class Meta:
        verbose_name = _("pending points")
        verbose_name_plural = _("pending points")
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="pending_has_points")]
        indexes = [
            models.Index("customer", "id", name="pending_open", condition=Q(settled_by__isnull=True)),
            models.Index("due_at", name="pending_due", condition=Q(settled_by__isnull=True, due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.points)
