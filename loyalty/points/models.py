from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from events.models import Event, next_id
from loyalty.calendar import Unit
from loyalty.database.saving import SavesOnlyChanges

from .bonus_models import Bonus as Bonus
from .bonus_models import BonusTotal as BonusTotal
from .bonus_models import BonusUse as BonusUse
from .enums import AccountType, EarningBasis, EntryKind, Expiry, Rounding
from .expiry import ExpiryRule


class Account(SavesOnlyChanges):
    """A points currency; one is the default."""

    slug = models.CharField(
        _("ID"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use lower-case letters, digits and underscores."))],
    )
    name = models.CharField(_("name"), max_length=100)
    currency_label = models.CharField(_("currency label"), max_length=50, default="points")
    type = models.CharField(
        _("type"),
        max_length=13,
        choices=AccountType,
        default=AccountType.STANDARD,
        db_default=AccountType.STANDARD.value,
    )
    is_default = models.BooleanField(_("default"), default=False)
    negative_points = models.BooleanField(
        _("may go negative"),
        default=False,
        db_default=False,
        help_text=_("A deduction or a spending above the spendable points leaves a debt, repaid by the next earnings."),
    )
    expiry = models.CharField(
        _("points expire"), max_length=11, choices=Expiry, default=Expiry.NONE, db_default=Expiry.NONE.value
    )
    expiry_after = models.PositiveSmallIntegerField(
        _("after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text=_("Some time after the earning or the last activity: how many days, months or years."),
    )
    expiry_unit = models.CharField(
        _("unit"), max_length=6, choices=Unit, default=Unit.MONTHS, db_default=Unit.MONTHS.value
    )
    expiry_month = models.PositiveSmallIntegerField(
        _("month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    expiry_day = models.PositiveSmallIntegerField(
        _("day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("On one day of each year: the last day on which the points are valid."),
    )
    expiry_actions = ArrayField(
        models.CharField(max_length=64),
        verbose_name=_("activities"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Actions that count as an activity. Empty: everything that earns or spends points."),
    )
    # Activities have been kept, of these kinds, only since then; empty for an account that began with them.
    expiry_since = models.DateTimeField(_("activities kept since"), null=True, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_account"),
            models.CheckConstraint(condition=Q(type__in=AccountType.values), name="account_type_is_known"),
            models.CheckConstraint(condition=Q(expiry_unit__in=Unit.values), name="expiry_unit_is_known"),
            models.CheckConstraint(
                condition=Q(expiry__in=[Expiry.NONE, Expiry.ANNIVERSARY])
                | Q(expiry__in=[Expiry.ROLLING, Expiry.ACTIVITY], expiry_after__isnull=False, expiry_after__gt=0)
                | Q(
                    expiry=Expiry.CALENDAR,
                    expiry_month__isnull=False,
                    expiry_day__isnull=False,
                    expiry_month__range=(1, 12),
                    expiry_day__range=(1, 31),
                ),
                name="expiry_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._counts_other_activities():
            self.expiry_since = timezone.now()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "expiry_since"}
        super().save(*args, **kwargs)

    @property
    def expiry_rule(self) -> ExpiryRule | None:
        """None: its points never expire by themselves."""
        if self.expiry == Expiry.NONE:
            return None
        return ExpiryRule(
            self.expiry,
            self.expiry_after or 0,
            self.expiry_unit,
            self.expiry_month or 1,
            self.expiry_day or 1,
            frozenset(self.expiry_actions),
            self.expiry_since,
        )

    def _counts_other_activities(self) -> bool:
        """From now on, that is: dates that were kept before, or not at all, would make active customers lose points."""
        stored = Account.objects.filter(pk=self.pk).values_list("expiry", "expiry_actions").first()
        if stored is None or self.expiry != Expiry.ACTIVITY:
            return False
        return stored[0] != Expiry.ACTIVITY or set(stored[1]) != set(self.expiry_actions)


class BurnRate(SavesOnlyChanges):
    """What points are worth in a currency: `points` buy `amount`, in minor units such as cents."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="burn_rates")
    currency = models.CharField(
        _("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$", _("Enter an ISO 4217 code."))]
    )
    points = models.PositiveIntegerField(_("points"), validators=[MinValueValidator(1)])
    amount = models.PositiveIntegerField(
        _("amount"), validators=[MinValueValidator(1)], help_text=_("In minor units: 100 is 1.00.")
    )

    class Meta:
        verbose_name = _("burn rate")
        verbose_name_plural = _("burn rates")
        ordering = ["currency"]
        constraints = [
            models.UniqueConstraint(fields=["account", "currency"], name="one_burn_rate_per_currency"),
            models.CheckConstraint(condition=Q(points__gt=0, amount__gt=0), name="burn_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.points} = {self.amount} {self.currency}"


class EarningRule(SavesOnlyChanges):
    """How purchases earn points in an account: `percentage` points for every 100 units of money."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="earning", verbose_name=_("account"))
    basis = models.CharField(_("earning"), max_length=12, choices=EarningBasis, default=EarningBasis.TRANSACTION)
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding, default=Rounding.NEAREST)
    percentage = models.DecimalField(
        _("percentage"),
        max_digits=9,
        decimal_places=4,
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(10_000)],
        help_text=_("Points for every 100 units of money, in currencies that are not listed below."),
    )

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")
        constraints = [
            models.CheckConstraint(condition=Q(percentage__gte=0, percentage__lte=10_000), name="earning_rule_range")
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.percentage.normalize():f} %"


class EarningRate(SavesOnlyChanges):
    rule = models.ForeignKey(EarningRule, on_delete=models.CASCADE, related_name="rates")
    currency = models.CharField(
        _("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$", _("Enter an ISO 4217 code."))]
    )
    percentage = models.DecimalField(
        _("percentage"), max_digits=9, decimal_places=4, validators=[MinValueValidator(0), MaxValueValidator(10_000)]
    )

    class Meta:
        verbose_name = _("rate of a currency")
        verbose_name_plural = _("rates per currency")
        constraints = [
            models.UniqueConstraint(fields=["rule", "currency"], name="one_rate_per_currency"),
            models.CheckConstraint(condition=Q(percentage__gte=0, percentage__lte=10_000), name="earning_rate_range"),
        ]

    def __str__(self) -> str:
        return f"{self.currency}: {self.percentage.normalize():f} %"


class Lot(models.Model):
    """Points of one earning event, with their own expiry; spent earliest-expiring first."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="lots")
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
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="entries")
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


class Verification(models.Model):
    """What a comparison of all projections with their history found: ids and counts, never a value of a customer."""

    at = models.DateTimeField(_("at"))
    seconds = models.FloatField(_("seconds"))
    ok = models.BooleanField(_("all right"))
    found = models.BigIntegerField(_("rows that differ"))
    compared = models.JSONField(_("rows compared"), help_text=_("Per check."))
    mismatches = models.JSONField(_("which rows differ"), help_text=_("The first ones of them."))

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ok=True, found=0) | Q(ok=False, found__gt=0), name="ok_means_none_differ"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.found}"
