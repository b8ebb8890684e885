"""Pools of coupons, changes of pools that coupons are still to follow, and codes that are still to be made."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from coupons.enums import PATTERNED, CouponType, PoolSource, UpdateMethod
from loyalty.calendar import Unit
from loyalty.staff.models import User

from .patterns import MAX_LENGTH

ID = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, underscores and hyphens."))
LONGEST_ADDRESS = 500
LETTERS_ONLY = RegexValidator(r"^[A-Za-z]{1,8}$", _("Use letters only."))


Money = models.DecimalField[str | Decimal | None, Decimal | None]


def money(label: StrPromise, **more: Any) -> Money:
    return models.DecimalField(label, max_digits=14, decimal_places=2, null=True, blank=True, **more)


class Pool(models.Model):
    """Coupons of one kind: what they are worth, where their codes come from, how long they are valid. None is deleted."""

    slug = models.CharField(_("ID"), max_length=64, unique=True, validators=[ID])
    external_id = models.CharField(_("external ID"), max_length=24, null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=100)
    source = models.CharField(_("source"), max_length=16, choices=PoolSource)
    # Of generated codes; a generic one is the code itself.
    pattern = models.CharField(_("pattern"), max_length=MAX_LENGTH, default="", db_default="", blank=True)
    # Of the system that is asked for codes.
    remote_url = models.CharField(_("address"), max_length=LONGEST_ADDRESS, default="", db_default="", blank=True)
    type = models.CharField(_("type"), max_length=13, choices=CouponType)
    value = money(_("value"), validators=[MinValueValidator(0)])
    # Of gift cards.
    currency = models.CharField(
        _("currency"), max_length=8, default="", db_default="", blank=True, validators=[LETTERS_ONLY]
    )
    minimum_value = money(_("least balance"), help_text=_("A rest below it is written off."))
    minimum_redemption_value = money(_("least redemption"))
    purchase_minimum = money(_("least purchase"))
    # From the day of assignment, through the last day.
    expires_after = models.PositiveSmallIntegerField(_("valid for"), null=True, blank=True)
    expires_unit = models.CharField(_("unit"), max_length=6, choices=Unit, default="", db_default="", blank=True)
    aggregated = models.BooleanField(_("always the same code for one customer"), default=False, db_default=False)
    refund_returns = models.BooleanField(
        _("refunds give coupons back"),
        default=True,
        db_default=True,
        help_text=_("A whole refund of an order puts its redemptions back, as a rejection always does."),
    )
    products = ArrayField(models.CharField(max_length=128), verbose_name=_("products"), default=list, db_default=[])
    stores = ArrayField(models.CharField(max_length=128), verbose_name=_("stores"), default=list, db_default=[])

    class Meta:
        verbose_name = _("coupon pool")
        verbose_name_plural = _("coupon pools")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=PoolSource.values), name="pool_source_is_known"),
            models.CheckConstraint(condition=Q(type__in=CouponType.values), name="pool_type_is_known"),
            models.CheckConstraint(
                condition=Q(type=CouponType.FREE_SHIPPING) | Q(value__isnull=False, value__gt=0),
                name="pool_has_a_value",
            ),
            models.CheckConstraint(
                condition=Q(type=CouponType.GIFT_CARD)
                | Q(currency="", minimum_value__isnull=True, minimum_redemption_value__isnull=True),
                name="pool_is_of_gift_cards",
            ),
            models.CheckConstraint(
                condition=~Q(source__in=sorted(PATTERNED)) | ~Q(pattern=""), name="pool_has_a_pattern"
            ),
            models.CheckConstraint(
                condition=Q(source=PoolSource.REMOTE) & ~Q(remote_url="")
                | ~Q(source=PoolSource.REMOTE) & Q(remote_url=""),
                name="pool_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(expires_after__isnull=True, expires_unit="")
                | Q(expires_after__isnull=False, expires_after__gte=1, expires_unit__in=Unit.values),
                name="pool_expiration_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PoolChange(models.Model):
    """A change of a pool that coupons which somebody holds are still to follow: `after` is the last one of the chunk before."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="changes")
    method = models.CharField(_("coupons"), max_length=19, choices=UpdateMethod)
    matching = models.BooleanField(default=False)
    # The fields of coupons that differ, by name, as texts.
    before = models.JSONField()
    terms = models.JSONField()
    after = models.BigIntegerField(default=0)
    coupons = models.PositiveBigIntegerField(_("coupons"), default=0)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("change of a coupon pool")
        ordering = ["id"]
        indexes = [models.Index("id", name="pool_change_open", condition=Q(finished_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.method}"


class Generation(models.Model):
    """Codes that are made beforehand, in chunks of a transaction each."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="generations")
    number = models.PositiveIntegerField(_("codes"))
    done = models.PositiveIntegerField(_("done"), default=0)
    staff = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    # Why it ended before it was done, as a sentence; empty: it did not.
    failure = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        verbose_name = _("generation of codes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("number")), name="generation_makes_no_more_than_asked")
        ]
        indexes = [models.Index("id", name="generation_open", condition=Q(finished_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.pool_id}: {self.done}/{self.number}"

    @property
    def percent(self) -> int:
        return 100 * self.done // max(self.number, 1)
