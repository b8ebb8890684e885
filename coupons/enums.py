"""What pools and coupons are: names of values. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PoolSource(TextChoices):
    """Where a pool's codes come from."""

    UPLOADED = "uploaded", _("Uploaded")
    GENERATED = "generated", _("Generated at each claim")
    BULK = "bulk_generation", _("Generated beforehand")
    REMOTE = "remote", _("Requested from another system at each claim")


# Their codes are made from a pattern.
PATTERNED = frozenset({PoolSource.GENERATED, PoolSource.BULK})


class CouponType(TextChoices):
    AMOUNT = "amount", _("Amount")
    PERCENTAGE = "percentage", _("Percentage")
    FREE_SHIPPING = "free_shipping", _("Free shipping")
    GIFT_CARD = "gift_card", _("Gift card")


class CouponStatus(TextChoices):
    UNASSIGNED = "unassigned", _("Unassigned")
    CLAIMED = "claimed", _("Claimed")
    PARTIALLY_REDEEMED = "partially_redeemed", _("Partially redeemed")
    REDEEMED = "redeemed", _("Redeemed")
    EXPIRED = "expired", _("Expired")
    INVALID = "invalid", _("Invalid")
    # The row of whoever has given the coupon away.
    TRANSFERRED = "transferred", _("Transferred")


# Redeemed while their day is not over.
LIVE = frozenset({CouponStatus.CLAIMED, CouponStatus.PARTIALLY_REDEEMED})


class Sharing(TextChoices):
    """Who may hold a code: one person; everybody, each with a row of their own; one person, who always gets the same one."""

    INDIVIDUAL = "individual", _("One holder")
    GENERIC = "generic", _("Everybody")
    AGGREGATED = "aggregated", _("One holder, again and again")


class UpdateMethod(TextChoices):
    """Which coupons follow a change of their pool."""

    ALL = "update_all", _("All coupons")
    NONE = "update_none", _("No coupon that exists")
    NOT_REDEEMED = "update_not_redeemed", _("Coupons that are not redeemed")
    UNASSIGNED = "update_unassigned", _("Unassigned coupons")


class MovementKind(TextChoices):
    """Why the balance of a gift card has moved."""

    ISSUE = "issue", _("Issued")
    REDEEM = "redeem", _("Redeemed")
    UNREDEEM = "unredeem", _("Redemption taken back")
    WRITE_OFF = "write_off", _("Rest written off")
    RESTORE = "restore", _("Written-off rest restored")
    TRANSFER = "transfer", _("Transferred")
    UNASSIGN = "unassign", _("Unassigned")
    CHANGE = "change", _("Value changed")
