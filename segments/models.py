"""Segments by rule, who is in them and was, and how far their computation has come."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.database.sequences import next_id

from .enums import SegmentStatus

ID = RegexValidator(r"^[a-z0-9][a-z0-9_-]*$", _("Use lower-case letters, digits, underscores and hyphens."))
# What `urls` has in the place of an ID.
OWN_ADDRESSES = frozenset({"new", "overlap", "preview", "completion"})


class Segment(models.Model):
    """A rule, by which customers are members."""

    slug = models.CharField(_("ID"), max_length=64, unique=True, validators=[ID])
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=500, default="", db_default="", blank=True)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=SegmentStatus,
        default=SegmentStatus.ACTIVE,
        db_default=SegmentStatus.ACTIVE.value,
    )
    # As `segments.language` writes it.
    rule = models.JSONField(_("rule"))
    announces = models.BooleanField(
        _("events of entering and leaving"),
        default=False,
        db_default=False,
        help_text=_("Each customer who enters or leaves gets an event that says so."),
    )

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SegmentStatus.values), name="segment_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Computation(models.Model):
    """How far the members of a segment have been computed: of the wanted number, the one that is complete.

    `members` and the day are those of the last complete one, `problem` what kept the one tried last from completing.
    """

    segment = models.OneToOneField(Segment, on_delete=models.CASCADE, primary_key=True, related_name="computation")
    wanted = models.PositiveIntegerField(default=1, db_default=1)
    complete = models.PositiveIntegerField(default=0, db_default=0)
    computed_at = models.DateTimeField(_("computed at"), null=True)
    computed_for = models.DateField(null=True)
    members = models.PositiveBigIntegerField(_("members"), default=0, db_default=0)
    problem = models.CharField(max_length=500, default="", db_default="", blank=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("computation of a segment")

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.complete}/{self.wanted}"

    @property
    def is_due(self) -> bool:
        return self.complete != self.wanted


class Stay(models.Model):
    """A customer in a segment, from entering to leaving, by two clocks: when it was so (`since`, `until`), and when that was
    known (`entered_at`, `left_at`). Without an end: a member now. What events have told of is marked."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="segment_stays")
    id = models.BigIntegerField(db_default=next_id("segments_stay_id"))
    segment = models.ForeignKey(Segment, on_delete=models.DO_NOTHING, db_index=False, related_name="stays")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(_("left at"), null=True)
    told_of_entering = models.BooleanField(default=True)
    told_of_leaving = models.BooleanField(default=True)

    PERSONAL = frozenset({"since", "until", "entered_at", "left_at"})
    NEUTRAL = frozenset({"pk", "customer", "id", "segment", "told_of_entering", "told_of_leaving"})

    class Meta:
        verbose_name = _("stay in a segment")
        verbose_name_plural = _("stays in segments")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "segment"], condition=Q(left_at__isnull=True), name="one_stay_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, until__isnull=True)
                | Q(left_at__gte=F("entered_at"), until__gte=F("since")),
                name="stay_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index("segment", "customer", name="stay_of_members", condition=Q(left_at__isnull=True)),
            models.Index("segment", "left_at", name="stay_ended", condition=Q(left_at__isnull=False)),
            models.Index(
                "customer",
                name="stay_untold",
                condition=Q(told_of_entering=False) | Q(told_of_leaving=False, left_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.since:%Y-%m-%d}"


class Touch(models.Model):
    """A customer to whom something has happened since segments were last looked at."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    # Each event writes one, and none is read for its customer: nothing is checked.
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    id = models.BigIntegerField(db_default=next_id("segments_touch_id"))
    happened_at = models.DateTimeField()

    PERSONAL = frozenset({"happened_at"})
    NEUTRAL = frozenset({"pk", "customer", "id"})

    class Meta:
        verbose_name = _("touched customer")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.happened_at}"


class Size(models.Model):
    """How many members a segment had as a day ended."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="sizes")
    day = models.DateField(_("day"))
    members = models.PositiveBigIntegerField(_("members"))

    class Meta:
        verbose_name = _("size of a segment")
        constraints = [models.UniqueConstraint(fields=["segment", "day"], name="size_of_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.members}"
