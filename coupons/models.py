"""Coupons: a row for each code or, of a generic code, for each of its holders; their redemptions, and gift cards' movements."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.database.sequences import next_id

from .enums import CouponStatus, MovementKind, Sharing

# The tables of the inner room, for Django.
from .pools.models import Generation as Generation
from .pools.models import Pool as Pool
from .pools.models import PoolChange as PoolChange
from .pools.models import money
from .pools.patterns import MAX_LENGTH

# What only a coupon can be that somebody holds or held.
OF_HOLDERS = [one.value for one in CouponStatus if one not in (CouponStatus.UNASSIGNED, CouponStatus.INVALID)]


class Coupon(models.Model):
    """What of its pool it may differ from is its own: an update of the pool reaches the coupons that it names."""

    id = models.BigIntegerField(primary_key=True, db_default=next_id("coupons_coupon_id"))
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, db_index=False, related_name="coupons")
    code = models.CharField(_("code"), max_length=MAX_LENGTH)
    # What look-ups compare.
    folded = models.GeneratedField(
        expression=Lower("code"),
        output_field=models.CharField(max_length=MAX_LENGTH, db_collation="C"),
        db_persist=True,
    )
    status = models.CharField(
        _("status"),
        max_length=18,
        choices=CouponStatus,
        default=CouponStatus.UNASSIGNED,
        db_default=CouponStatus.UNASSIGNED.value,
    )
    sharing = models.CharField(
        max_length=10, choices=Sharing, default=Sharing.INDIVIDUAL, db_default=Sharing.INDIVIDUAL.value
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_index=False, null=True, related_name="coupons"
    )
    # Who held it first: a transfer leaves it.
    original_id = models.BigIntegerField(null=True)
    value = money(_("value"))
    # Of the code itself, while whoever holds it has another one: a claim of a dynamic reward says what it is worth.
    value_before = money(_("value before"))
    # Of a gift card that somebody has held: the sum of its movements.
    balance = money(_("balance"))
    purchase_minimum = money(_("least purchase"))
    minimum_value = money(_("least balance"))
    minimum_redemption_value = money(_("least redemption"))
    # The redemptions that stand, and how many there may be; of gift cards the balance alone decides.
    uses = models.PositiveIntegerField(_("usages"), default=0, db_default=0)
    issued = models.PositiveIntegerField(default=1, db_default=1)
    # The rest that was written off, which made it invalid.
    written_off = money(_("written off"))
    created_at = models.DateTimeField(_("created at"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    # Of the last redemption that stands.
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True)
    # The instant at which it is valid no longer.
    expires_at = models.DateTimeField(_("expires at"), null=True)
    invalidated_at = models.DateTimeField(_("invalidated at"), null=True)

    OWN_KEY = True
    # `folded` is made of the code.
    PERSONAL = frozenset({"code", "claimed_at", "redeemed_at", "expires_at", "invalidated_at"})
    NEUTRAL = frozenset(
        "id pool folded status sharing customer original_id value value_before balance purchase_minimum minimum_value "
        "minimum_redemption_value uses issued written_off created_at".split()
    )

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CouponStatus.values), name="coupon_status_is_known"),
            models.CheckConstraint(condition=Q(sharing__in=Sharing.values), name="coupon_sharing_is_known"),
            # A code of one holder stands once in its pool; the row of whoever gave it away stays beside.
            models.UniqueConstraint(
                fields=["folded", "pool"],
                condition=~Q(sharing=Sharing.GENERIC) & ~Q(status=CouponStatus.TRANSFERRED),
                name="coupon_code_has_one_row",
            ),
            models.UniqueConstraint(
                fields=["customer", "pool"], condition=Q(sharing=Sharing.GENERIC), name="coupon_generic_is_held_once"
            ),
            models.UniqueConstraint(
                fields=["customer", "pool"],
                condition=Q(sharing=Sharing.AGGREGATED) & ~Q(status=CouponStatus.TRANSFERRED),
                name="coupon_aggregated_is_held_once",
            ),
            models.CheckConstraint(
                condition=(~Q(status=CouponStatus.UNASSIGNED) | Q(customer__isnull=True))
                & (~Q(status__in=OF_HOLDERS) | Q(customer__isnull=False)),
                name="coupon_holder_fits_its_status",
            ),
            models.CheckConstraint(
                condition=Q(balance__isnull=True) | Q(balance__gte=0), name="coupon_balance_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(balance__isnull=False) | Q(uses__lte=F("issued")), name="coupon_is_not_redeemed_too_often"
            ),
        ]
        indexes = [
            models.Index("folded", "customer", "pool", "status", name="coupon_by_code"),
            models.Index("pool", "status", "id", name="coupon_of_pool"),
            models.Index("customer", "id", name="coupon_of_customer", condition=Q(customer__isnull=False)),
            models.Index("original_id", name="coupon_original", condition=Q(original_id__isnull=False)),
            models.Index(
                "expires_at",
                "customer",
                name="coupon_due",
                condition=Q(
                    status__in=[CouponStatus.CLAIMED, CouponStatus.PARTIALLY_REDEEMED], expires_at__isnull=False
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.id}"


class Use(models.Model):
    """A redemption; one that was taken back stays, and says when."""

    # What has redeemed it.
    event_id = models.BigIntegerField(primary_key=True)
    # Deleted with the row of a generic coupon, by the database.
    coupon = models.ForeignKey(
        Coupon, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="redemptions"
    )
    amount = money(_("amount"))
    transaction_id = models.CharField(_("transaction ID"), max_length=128, null=True)
    store = models.CharField(_("store"), max_length=128, null=True)
    redeemed_at = models.DateTimeField(_("redeemed at"))
    undone_at = models.DateTimeField(_("taken back at"), null=True)
    undone_by = models.BigIntegerField(null=True)

    OWN_KEY = True
    PERSONAL = frozenset({"transaction_id", "store"})
    NEUTRAL = frozenset({"event_id", "coupon", "amount", "redeemed_at", "undone_at", "undone_by"})

    class Meta:
        verbose_name = _("redemption of a coupon")
        constraints = [
            models.UniqueConstraint(
                fields=["coupon", "transaction_id"],
                condition=Q(undone_at__isnull=True, transaction_id__isnull=False),
                name="coupon_is_used_once_by_an_order",
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="use_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="use_is_undone_by_an_event",
            ),
        ]
        indexes = [
            models.Index("coupon", "event_id", name="use_of_coupon"),
            models.Index(
                "transaction_id", name="use_of_order", condition=Q(undone_at__isnull=True, transaction_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id}: {self.amount}"


class Movement(models.Model):
    """Written once: what the balance of a gift card has gained or lost."""

    pk = models.CompositePrimaryKey("coupon_id", "event_id", "kind")
    coupon = models.ForeignKey(Coupon, on_delete=models.DO_NOTHING, db_index=False, related_name="movements")
    kind = models.CharField(_("kind"), max_length=9, choices=MovementKind)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    event_id = models.BigIntegerField()
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("movement of a gift card")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="movement_kind_is_known"),
            models.CheckConstraint(condition=~Q(amount=0), name="movement_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id}: {self.amount}"
