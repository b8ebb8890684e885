"""What becomes of profiles: merged into others, or erased."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enums import BanReason, MergeKind


class Merge(models.Model):
    """A profile that was merged away, and into whom. What counts for the survivor is the union over all merged into them.

    `survivor` is always the profile that is alive: it follows when the survivor is merged in turn; `into` stays.
    """

    source = models.OneToOneField(
        "customers.Customer", on_delete=models.DO_NOTHING, primary_key=True, related_name="merge"
    )
    survivor = models.ForeignKey("customers.Customer", on_delete=models.DO_NOTHING, related_name="merged")
    into = models.BigIntegerField(_("merged into"))
    kind = models.CharField(_("kind"), max_length=7, choices=MergeKind)
    merged_at = models.DateTimeField(_("merged at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    api_key_id = models.BigIntegerField(null=True)
    # The event of the merge in either stream.
    source_event = models.BigIntegerField()
    survivor_event = models.BigIntegerField()
    # Counts and points by what was moved: never a value of a person.
    moved = models.JSONField(default=dict)
    # The fields that the survivor lacked and took over.
    filled = ArrayField(models.CharField(max_length=64), default=list)

    PERSONAL = frozenset({"merged_at"})
    NEUTRAL = frozenset("source survivor into kind staff api_key_id source_event survivor_event moved filled".split())

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MergeKind.values), name="merge_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(source=F("survivor")) & ~Q(source=F("into")), name="merge_is_of_two_customers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.survivor_id}"


class Tombstone(models.Model):
    """That an ID was erased: late events, imports and restored data do not bring the person back.

    `pseudonym` is a keyed hash of (scheme, value); the key never leaves the database's own functions.
    """

    pseudonym = models.CharField(max_length=64, primary_key=True)
    # Empty: taken over from the time after a backup that was restored.
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.DO_NOTHING, null=True, related_name="tombstones"
    )
    erased_at = models.DateTimeField(_("erased at"))
    banned = models.BooleanField(_("banned"), default=False)

    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset({"pseudonym", "customer", "erased_at", "banned"})

    class Meta:
        verbose_name = _("tombstone")

    def __str__(self) -> str:
        return self.pseudonym[:8]


class Erasure(models.Model):
    """One person's data going for good; complete when each place has given its receipt."""

    reference = models.UUIDField(_("reference"), default=uuid.uuid4, unique=True)
    customer = models.OneToOneField("customers.Customer", on_delete=models.DO_NOTHING, related_name="erasure")
    requested_at = models.DateTimeField(_("requested at"))
    banned = models.BooleanField(_("forced opt-out"), default=False)
    reason = models.CharField(_("reason"), max_length=5, choices=BanReason, blank=True, default="")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    completed_at = models.DateTimeField(_("completed at"), null=True)
    # What the open places must look for, encrypted; emptied with the last receipt.
    sealed = models.BinaryField(null=True)

    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset("id reference customer requested_at banned reason staff completed_at sealed".split())

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(banned=True, reason__in=BanReason.values) | Q(banned=False, reason=""),
                name="erasure_ban_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(sealed__isnull=True),
                name="erasure_keeps_nothing_when_complete",
            ),
        ]
        indexes = [models.Index("id", name="erasure_open", condition=Q(completed_at__isnull=True))]

    def __str__(self) -> str:
        return str(self.reference)


class ErasureItem(models.Model):
    """The receipt of one place: how many rows, files or keys were erased there, and when."""

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="items")
    place = models.CharField(_("place"), max_length=40)
    erased = models.BigIntegerField(_("erased"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)

    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset({"id", "erasure", "place", "erased", "done_at"})

    class Meta:
        verbose_name = _("receipt of an erasure")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["erasure", "place"], name="one_receipt_for_a_place"),
            models.CheckConstraint(
                condition=Q(erased__isnull=True, done_at__isnull=True)
                | Q(erased__isnull=False, done_at__isnull=False, erased__gte=0),
                name="receipt_is_open_or_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.place
