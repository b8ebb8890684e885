"""Bonuses on purchases, and what is used of their limits."""

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.database.saving import SavesOnlyChanges
from loyalty.points.enums import BonusKind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


def _texts(name: "_StrPromise") -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=200), verbose_name=name, default=list, db_default=[], blank=True)


NEXT_SLUG = models.Func(
    template="('bonus_' || nextval('points_bonus_slug'))", output_field=models.CharField(max_length=64)
)


class Bonus(SavesOnlyChanges):
    """What purchases earn beside the account's earning rule, or do not earn: for what is bought, where and when.

    Days are the programme's: valid from the beginning of the first to the end of the last. Empty conditions match all.
    """

    account = models.ForeignKey("points.Account", on_delete=models.CASCADE, related_name="bonuses")
    # Names it in program files, on every database alike; one made in the configuration pages is numbered.
    slug = models.CharField(_("ID"), max_length=64, unique=True, db_default=NEXT_SLUG, editable=False)
    name = models.CharField(_("name"), max_length=100)
    active = models.BooleanField(_("active"), default=True, db_default=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=BonusKind, default=BonusKind.MULTIPLIER, db_default=BonusKind.MULTIPLIER.value
    )
    multiplier = models.DecimalField(
        _("multiplier"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "2 doubles the points of what it matches; 0 lets it earn nothing. Multipliers add up: 2 and 3 give 4."
        ),
    )
    points = models.PositiveIntegerField(_("points"), null=True, blank=True, validators=[MinValueValidator(1)])
    first_day = models.DateField(
        _("first day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(EARLIEST)],
        help_text=_("Empty: from the beginning."),
    )
    last_day = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LATEST)],
        help_text=_("Valid through this day. Empty: without an end."),
    )
    products = _texts(_("products"))
    categories = _texts(_("categories"))
    channels = _texts(_("channels"))
    currency = models.CharField(
        _("currency"),
        max_length=3,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Enter an ISO 4217 code."))],
        help_text=_("Only orders in this currency. Empty: all."),
    )
    minimum = models.DecimalField(
        _("minimum amount"),
        max_digits=20,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Of what it matches, in its currency."),
    )
    customer_limit = models.PositiveBigIntegerField(
        _("limit per customer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Points, counted from when the limit is set. Empty: unlimited."),
    )
    total_limit = models.PositiveBigIntegerField(
        _("limit in total"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Points of all customers together, counted from when the limit is set. Empty: unlimited."),
    )
    refund_releases = models.BooleanField(
        _("a full refund gives limits back"),
        default=True,
        db_default=True,
        help_text=_(
            "What an order that is refunded in full has used of the limits can be used again. Rejected orders give it "
            "back in any case."
        ),
    )

    class Meta:
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind=BonusKind.MULTIPLIER,
                    multiplier__isnull=False,
                    multiplier__gte=0,
                    multiplier__lte=100,
                    points__isnull=True,
                )
                | Q(kind=BonusKind.FIXED, points__isnull=False, points__gte=1, multiplier__isnull=True),
                name="bonus_is_a_multiplier_or_points",
            ),
            models.CheckConstraint(
                condition=(Q(first_day__isnull=True) | Q(first_day__gte=EARLIEST))
                & (Q(last_day__isnull=True) | Q(last_day__lte=LATEST))
                & (Q(first_day__isnull=True) | Q(last_day__isnull=True) | Q(last_day__gte=F("first_day"))),
                name="bonus_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(minimum__gte=0, currency__isnull=False),
                name="bonus_minimum_has_a_currency",
            ),
            models.CheckConstraint(
                condition=(Q(customer_limit__isnull=True) | Q(customer_limit__gte=1))
                & (Q(total_limit__isnull=True) | Q(total_limit__gte=1)),
                name="bonus_limits_leave_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError naming the field and what to enter there."""
        errors = {}
        if self.kind == BonusKind.MULTIPLIER and self.multiplier is None:
            errors["multiplier"] = _("Enter what the points are multiplied by, such as 2.")
        if self.kind == BonusKind.MULTIPLIER and self.points is not None:
            errors["points"] = _("Leave this empty, or choose the kind “Fixed points”.")
        if self.kind == BonusKind.FIXED and self.points is None:
            errors["points"] = _("Enter how many points it gives.")
        if self.kind == BonusKind.FIXED and self.multiplier is not None:
            errors["multiplier"] = _("Leave this empty, or choose the kind “Multiplier”.")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            errors["last_day"] = _("Choose a day that is not before the first day.")
        if self.minimum is not None and not self.currency:
            errors["currency"] = _("Enter the currency of the minimum amount.")
        if errors:
            raise ValidationError(errors)


class BonusUse(models.Model):
    """What the limit per customer of a bonus has been used by one: by pending orders, too, and not by undone ones."""

    pk = models.CompositePrimaryKey("customer_id", "bonus_id")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.DO_NOTHING, db_index=False, related_name="bonus_uses"
    )
    bonus = models.ForeignKey(Bonus, on_delete=models.PROTECT, db_index=False, related_name="uses")
    points = models.BigIntegerField()

    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset({"pk", "customer", "bonus", "points"})

    class Meta:
        verbose_name = _("use of a bonus")
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="bonus_use_is_not_negative")]

    def __str__(self) -> str:
        return str(self.points)


class BonusTotal(models.Model):
    """What the limit in total of a bonus has been used by all, as above. A table of its own: a trigger adds the row of each bonus."""

    bonus = models.OneToOneField(Bonus, on_delete=models.CASCADE, primary_key=True, related_name="total")
    points = models.BigIntegerField(default=0, db_default=0)

    OWN_KEY = True
    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset({"bonus", "points"})

    class Meta:
        verbose_name = _("total of a bonus")
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="bonus_total_is_not_negative")]

    def __str__(self) -> str:
        return str(self.points)
