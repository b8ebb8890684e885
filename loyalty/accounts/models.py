"""Accounts of points, what they are worth, and what they earn on purchases."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyalty.calendar import Unit
from loyalty.database.saving import SavesOnlyChanges

from .enums import AccountType, EarningBasis, Expiry, Rounding
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
        app_label = "points"
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
        app_label = "points"
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
        app_label = "points"
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
        app_label = "points"
        verbose_name = _("rate of a currency")
        verbose_name_plural = _("rates per currency")
        constraints = [
            models.UniqueConstraint(fields=["rule", "currency"], name="one_rate_per_currency"),
            models.CheckConstraint(condition=Q(percentage__gte=0, percentage__lte=10_000), name="earning_rate_range"),
        ]

    def __str__(self) -> str:
        return f"{self.currency}: {self.percentage.normalize():f} %"
