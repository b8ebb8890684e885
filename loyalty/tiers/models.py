"""Tier structures with their levels, and where customers stand in them."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.accounts.models import Account
from loyalty.staff.models import User

from .enums import Expiration, Method, StructureStatus, StructureType, Validity, Way, WorkStatus

ID = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, underscores and hyphens."))
MAX_MONTHS = 120
MAX_DAYS = 366
# What the pages' `urls` have in the place of an ID.
OWN_ADDRESSES = frozenset({"new"})


class Structure(models.Model):
    """A ladder of levels: what counts, how long it counts, and what becomes of levels that expire."""

    slug = models.CharField(_("ID"), max_length=64, unique=True, validators=[ID])
    name = models.CharField(_("name"), max_length=100)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=StructureStatus,
        default=StructureStatus.ACTIVE,
        db_default=StructureStatus.ACTIVE.value,
    )
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="tier_structures",
        verbose_name=_("account"),
        help_text=_("Whose points count, and in which levels with a multiplier earn more."),
    )
    type = models.CharField(
        _("what counts"),
        max_length=15,
        choices=StructureType,
        default=StructureType.POINT_BASED,
        db_default=StructureType.POINT_BASED.value,
    )
    actions = ArrayField(
        models.CharField(max_length=64),
        verbose_name=_("counted actions"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Only points of these actions count; all that orders earn counts as checkout. Empty: all actions."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="",
        db_default="",
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Enter an ISO 4217 code."))],
        help_text=_("Where purchases count: those in this currency."),
    )
    expiration = models.CharField(
        _("points count"),
        max_length=11,
        choices=Expiration,
        default=Expiration.NONE,
        db_default=Expiration.NONE.value,
    )
    rolling_months = models.PositiveSmallIntegerField(
        _("months"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MAX_MONTHS)]
    )
    # Each as MM-DD.
    dates = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("dates"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("A period begins on each of these dates, written as 01-31."),
    )
    initialise_at_opt_in = models.BooleanField(
        _("lowest level at opt-in"),
        default=True,
        db_default=True,
        help_text=_("Otherwise nobody has a level until points reach one."),
    )
    downgrade = models.BooleanField(
        _("refunds and deductions lower levels"),
        default=False,
        db_default=False,
        help_text=_("Otherwise a level is lost only when it expires."),
    )
    method = models.CharField(
        _("at expiry"),
        max_length=12,
        choices=Method,
        default=Method.KEEP_HIGHEST,
        db_default=Method.KEEP_HIGHEST.value,
    )
    validity = models.CharField(
        _("levels are valid"), max_length=11, choices=Validity, default="", db_default="", blank=True
    )
    validity_months = models.PositiveSmallIntegerField(
        _("for months"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MAX_MONTHS)]
    )
    points_grace_days = models.PositiveSmallIntegerField(
        _("grace for points"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MAX_DAYS)],
        help_text=_("How many days after the end of a period what happened in it still counts."),
    )
    level_grace_days = models.PositiveSmallIntegerField(
        _("grace for levels"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MAX_DAYS)],
        help_text=_("How many days an expired level is kept, during which it can be reached again."),
    )
    notice_days = models.PositiveSmallIntegerField(
        _("notice of a loss"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MAX_DAYS)],
        help_text=_("How many days before a level is lost an event announces it. 0: never."),
    )

    class Meta:
        verbose_name = _("tier structure")
        verbose_name_plural = _("tier structures")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expiration=Expiration.ROLLING, rolling_months__isnull=False, rolling_months__gte=1)
                | ~Q(expiration=Expiration.ROLLING),
                name="structure_rolls_by_months",
            ),
            models.CheckConstraint(
                condition=Q(validity=Validity.MONTHS, validity_months__isnull=False, validity_months__gte=1)
                | ~Q(validity=Validity.MONTHS),
                name="structure_validity_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(validity__in=["", Validity.MONTHS])
                | Q(expiration__in=[Expiration.CALENDAR, Expiration.ANNIVERSARY]),
                name="structure_validity_has_periods",
            ),
            models.CheckConstraint(
                condition=~Q(type=StructureType.SPEND_BASED) | ~Q(currency=""), name="structure_spends_in_a_currency"
            ),
            models.CheckConstraint(
                condition=~Q(expiration=Expiration.CALENDAR) | Q(dates__len__gt=0), name="structure_has_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Level(models.Model):
    """A rung of a structure. One that was removed stays, since events name it: its position is empty."""

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="levels")
    slug = models.CharField(_("ID"), max_length=64, validators=[ID])
    position = models.PositiveSmallIntegerField(_("position"), null=True)
    # By language, as the customer's own.
    names = models.JSONField(_("names"), default=dict)
    threshold = models.DecimalField(
        _("threshold"), max_digits=20, decimal_places=4, default=0, db_default=0, validators=[MinValueValidator(0)]
    )
    kept = models.BooleanField(_("kept for good"), default=False, db_default=False)
    multiplier = models.DecimalField(
        _("multiplier"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Of what purchases earn: 1.5 gives half as much again."),
    )
    tags = ArrayField(models.CharField(max_length=64), verbose_name=_("tags"), default=list, db_default=[], blank=True)
    # What the brand wants to say of it: free keys and values.
    values = models.JSONField(_("values"), default=dict, blank=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["structure", "slug"], name="level_id_is_unique"),
            models.UniqueConstraint(
                fields=["structure", "position"],
                name="level_position_is_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(threshold__gte=0), name="level_threshold_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.slug


class CustomerTier(models.Model):
    """Where a customer stands in a structure; without a level while only points are counted.

    Days are local ones, as which they begin: `expires_on` is in force, `computed_on` what it is without a change by hand,
    `grace_from` the day as which a level expired that is still kept, `counts_from` the first day that counts after a reset,
    `announced_on` the day of whose loss an event has told ahead.
    """

    pk = models.CompositePrimaryKey("customer_id", "structure_id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="tiers")
    structure = models.ForeignKey(Structure, on_delete=models.DO_NOTHING, db_index=False, related_name="members")
    level = models.ForeignKey(Level, on_delete=models.DO_NOTHING, db_index=False, null=True, related_name="members")
    since = models.DateTimeField(_("since"), null=True)
    # What set the level.
    event_id = models.BigIntegerField(null=True)
    manual = models.BooleanField(_("by hand"), default=False, db_default=False)
    expires_on = models.DateField(_("expires"), null=True)
    computed_on = models.DateField(null=True)
    grace_from = models.DateField(null=True)
    counts_from = models.DateField(null=True)
    announced_on = models.DateField(null=True)

    PERSONAL = frozenset({"since", "expires_on", "computed_on", "grace_from", "counts_from", "announced_on"})
    NEUTRAL = frozenset({"pk", "customer", "structure", "level", "event_id", "manual"})

    class Meta:
        verbose_name = _("tier of a customer")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__isnull=True, expires_on__isnull=True, manual=False)
                | Q(level__isnull=False, since__isnull=False),
                name="customer_tier_has_a_level",
            ),
        ]
        indexes = [
            models.Index(
                "structure", "level", "customer", name="customer_tier_level", condition=Q(level__isnull=False)
            ),
            models.Index("structure", "expires_on", name="customer_tier_due", condition=Q(expires_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.structure_id}: {self.level_id}"


class StatusDay(models.Model):
    """The status points of a customer in a structure on one local day; below 0 where more was taken back."""

    pk = models.CompositePrimaryKey("customer_id", "structure_id", "day")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="status_days")
    structure = models.ForeignKey(Structure, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    day = models.DateField(_("day"))
    points = models.DecimalField(_("points"), max_digits=20, decimal_places=4)

    PERSONAL = frozenset({"day"})
    NEUTRAL = frozenset({"pk", "customer", "structure", "points"})

    class Meta:
        verbose_name = _("status points of a day")

    def __str__(self) -> str:
        return f"{self.day}: {self.points}"


class LatePoints(models.Model):
    """What arrived too late for its own day, and where it counts. `about`: the event that earned, or the order."""

    pk = models.CompositePrimaryKey("customer_id", "structure_id", "about")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    about = models.BigIntegerField()
    day = models.DateField()

    PERSONAL = frozenset({"day"})
    NEUTRAL = frozenset({"pk", "customer", "structure", "about"})

    class Meta:
        verbose_name = _("late status points")

    def __str__(self) -> str:
        return f"{self.about}: {self.day}"


class Recalculation(models.Model):
    """What a change of a structure does to those who are there, in chunks: `after` is the last customer of the one before.

    `recounts`: status points are counted anew from the ledger first, since nobody has counted them yet.
    """

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="recalculations")
    way = models.CharField(_("way"), max_length=8, choices=Way, default=Way.RISE)
    recounts = models.BooleanField(default=False)
    status = models.CharField(_("status"), max_length=7, choices=WorkStatus, default=WorkStatus.WAITING)
    staff = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    after = models.BigIntegerField(default=0)
    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    risen = models.PositiveBigIntegerField(_("risen"), default=0)
    fallen = models.PositiveBigIntegerField(_("fallen"), default=0)

    class Meta:
        verbose_name = _("recalculation of tiers")
        ordering = ["-id"]
        indexes = [
            models.Index("structure", name="recalculation_open", condition=~Q(status=WorkStatus.DONE)),
        ]

    def __str__(self) -> str:
        return f"{self.structure_id}: {self.way}"


class Distribution(models.Model):
    """How many customers had a level as a day ended."""

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="distributions")
    level = models.ForeignKey(Level, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    customers = models.PositiveBigIntegerField(_("customers"))

    class Meta:
        verbose_name = _("distribution of tiers")
        constraints = [models.UniqueConstraint(fields=["structure", "day", "level"], name="distribution_of_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.customers}"
