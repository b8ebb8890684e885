"""What becomes of profiles: merged into others, or erased."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.enums import BanReason


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

    OWN_KEY = True
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

    OWN_KEY = True
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
    # While it is open: what earlier looks have erased, and what they have left (None before the first one).
    erased_so_far = models.BigIntegerField(default=0, db_default=0)
    waits_for = ArrayField(models.BigIntegerField(), null=True)

    OWN_KEY = True
    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset({"id", "erasure", "place", "erased", "done_at", "erased_so_far", "waits_for"})

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
