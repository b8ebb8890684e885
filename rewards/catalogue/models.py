"""Rewards and their categories: what customers can have for their points. Who has claimed them is of `rewards/claims`."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from .enums import CategoryStatus, IntervalUnit, LockKind, ReasonCode, RewardStatus, RewardType, TransferDate
from .texts import text_in

ID = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, underscores and hyphens."))
LONGEST_ID, LONGEST_URL, LONGEST_PLACE = 64, 2_000, 128


def _texts(label: StrPromise, **more: Any) -> "models.JSONField[Any, Any]":
    """By language."""
    return models.JSONField(label, default=dict, db_default={}, blank=True, **more)


def _flag(label: StrPromise, **more: Any) -> "models.BooleanField[Any, Any]":
    return models.BooleanField(label, default=False, db_default=False, **more)


def _number(label: StrPromise, **more: Any) -> "models.PositiveIntegerField[Any, Any]":
    return models.PositiveIntegerField(label, null=True, blank=True, **more)


def _names(label: StrPromise, longest: int) -> "ArrayField[Any, Any]":
    return ArrayField(models.CharField(max_length=longest), verbose_name=label, default=list, db_default=[], blank=True)


def _unit(label: StrPromise) -> "models.CharField[Any, Any]":
    return models.CharField(label, max_length=7, choices=IntervalUnit, default="", db_default="", blank=True)


class RewardCategory(models.Model):
    """What rewards are grouped by. None is deleted."""

    slug = models.CharField(_("ID"), max_length=LONGEST_ID, unique=True, validators=[ID])
    name = _texts(_("name"))
    status = models.CharField(
        _("status"),
        max_length=11,
        choices=CategoryStatus,
        default=CategoryStatus.ACTIVE,
        db_default=CategoryStatus.ACTIVE.value,
    )
    position = models.PositiveIntegerField(_("order"), default=0, db_default=0)

    class Meta:
        verbose_name = _("reward category")
        verbose_name_plural = _("reward categories")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CategoryStatus.values), name="reward_category_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.name) or self.slug


class RewardMessage(models.Model):
    """What customers are told of one reason why they cannot claim a reward."""

    code = models.CharField(_("reason"), max_length=11, choices=ReasonCode, unique=True)
    texts = _texts(_("texts"))

    class Meta:
        verbose_name = _("message about rewards")
        verbose_name_plural = _("messages about rewards")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__in=ReasonCode.values), name="reward_reason_is_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Reward(models.Model):
    """None is deleted: events and claims name it. `stock`: how many were ever offered."""

    slug = models.CharField(_("ID"), max_length=LONGEST_ID, unique=True, validators=[ID])
    type = models.CharField(_("type"), max_length=14, choices=RewardType)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=RewardStatus,
        default=RewardStatus.INACTIVE,
        db_default=RewardStatus.INACTIVE.value,
    )
    position = models.PositiveIntegerField(_("order"), default=0, db_default=0)
    category = models.ForeignKey(
        RewardCategory, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("category")
    )
    name = _texts(_("name"))
    description = _texts(_("description"))
    redeem_instructions = _texts(_("instructions"))
    terms = _texts(_("terms and conditions"))
    claim_button_label = _texts(_("label of the button"))
    restricted_message = _texts(_("message to those who cannot claim it"))
    # HTML of the types that show something, made safe as it is written.
    content = _texts(_("content"))
    message = models.CharField(_("message"), max_length=500, default="", db_default="", blank=True)
    image_url = models.CharField(_("image"), max_length=LONGEST_URL, default="", db_default="", blank=True)
    gallery = _names(_("gallery"), LONGEST_URL)
    download_url = models.CharField(
        _("file to download"), max_length=LONGEST_URL, default="", db_default="", blank=True
    )
    # Points by currency.
    prices = models.JSONField(_("price"), default=dict, db_default={}, blank=True)
    max_price = _number(_("highest price"))
    price_step = _number(_("step of the price"))
    account = models.CharField(_("account that pays"), max_length=64, default="", db_default="", blank=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    pools = _names(_("coupon pools"), 64)
    audience = models.JSONField(_("audience"), default=dict, db_default={}, blank=True)
    stores = _names(_("stores"), LONGEST_PLACE)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    display_coming_soon = _flag(_("shown before its start"))
    countdown_until_start = _flag(_("countdown to its start"))
    countdown_until_end = _flag(_("countdown to its end"))
    hidden = _flag(_("not listed"))
    hide_restricted = _flag(_("hidden from those outside the audience"))
    visibility = models.CharField(_("visibility"), max_length=64, default="", db_default="", blank=True)
    stock = _number(_("stock"))
    max_claims = _number(_("claims per customer"))
    repeat_after = models.PositiveSmallIntegerField(_("again after"), null=True, blank=True)
    repeat_unit = _unit(_("unit of the interval"))
    lock = models.CharField(
        _("lock"), max_length=8, choices=LockKind, default=LockKind.NONE, db_default=LockKind.NONE.value
    )
    lock_seconds = models.PositiveIntegerField(_("seconds of the lock"), default=60, db_default=60)
    transferable = _flag(_("can be given away"))
    transfer_points = _number(_("points for giving it away"))
    transfer_limit = _number(_("how often it can be given away"))
    transfer_date = models.CharField(
        _("last day after a transfer"),
        max_length=6,
        choices=TransferDate,
        default=TransferDate.REMAIN,
        db_default=TransferDate.REMAIN.value,
    )
    transfer_after = models.PositiveSmallIntegerField(_("valid after a transfer"), null=True, blank=True)
    transfer_unit = _unit(_("unit after a transfer"))
    notifications = _flag(_("tell the customer"))
    user_notifications = _flag(_("tell staff"))
    webhook_data = models.JSONField(_("webhook data"), default=dict, db_default={}, blank=True)
    custom_data = models.JSONField(_("custom fields"), default=dict, db_default={}, blank=True)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(type__in=RewardType.values), name="reward_type_is_known"),
            models.CheckConstraint(condition=Q(status__in=RewardStatus.values), name="reward_status_is_known"),
            models.CheckConstraint(condition=Q(lock__in=LockKind.values), name="reward_lock_is_known"),
            models.CheckConstraint(
                condition=Q(transfer_date__in=TransferDate.values), name="reward_date_rule_is_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="reward_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(repeat_after__isnull=True, repeat_unit="")
                | Q(repeat_after__isnull=False, repeat_after__gte=1, repeat_unit__in=IntervalUnit.values),
                name="reward_interval_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(transfer_after__isnull=True, transfer_unit="")
                | Q(transfer_after__isnull=False, transfer_after__gte=1, transfer_unit__in=IntervalUnit.values),
                name="reward_transfer_is_complete",
            ),
        ]
        indexes = [models.Index("position", "id", name="reward_shown", condition=~Q(status=RewardStatus.ARCHIVED))]

    def __str__(self) -> str:
        return text_in(self.name) or self.slug
