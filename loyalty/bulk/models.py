"""Requests about many customers: what is still to be done of them, and what could not be done."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import Text
from loyalty.intake.sources import Source

from .enums import CallbackStatus, RequestStatus
from .kinds import kind_named

LONGEST_BATCH = 64


class BulkRequest(models.Model):
    """One request. A chunk's effects, its errors and the advance are one transaction, so each item is worked on once,
    whenever and wherever its worker dies."""

    kind = models.CharField(_("type"), max_length=40)
    family = models.CharField(max_length=40)
    # What it is about: the ID of a list, of a pool, of a reward.
    target = models.CharField(_("target"), max_length=64)
    batch = models.CharField(_("batch ID"), max_length=LONGEST_BATCH)
    # By which the same request is known when it is sent again.
    fingerprint = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=10, choices=RequestStatus, default=RequestStatus.QUEUED)
    items = models.PositiveIntegerField(_("items"))
    done = models.PositiveIntegerField(_("done"), default=0)
    errors = models.PositiveIntegerField(_("errors"), default=0)
    # Starts since the last chunk that ended: a chunk that kills its worker is not tried for ever.
    attempts = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(_("source"), max_length=12, choices=Source)
    api_key_id = models.BigIntegerField(_("API key"), null=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("bulk request")
        verbose_name_plural = _("bulk requests")
        constraints = [
            models.UniqueConstraint(fields=["family", "batch"], name="bulk_batch_is_taken_once"),
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="bulk_status_is_known"),
            models.CheckConstraint(condition=Q(done__lte=F("items")), name="bulk_does_no_more_than_asked"),
            models.CheckConstraint(condition=Q(errors__lte=F("done")), name="bulk_errors_are_of_what_is_done"),
        ]
        indexes = [
            models.Index("family", "target", "id", name="bulk_open", condition=~Q(status=RequestStatus.DONE)),
            models.Index("finished_at", name="bulk_finished", condition=Q(status=RequestStatus.DONE)),
        ]

    def __str__(self) -> str:
        return self.batch

    @property
    def label(self) -> Text:
        """The name alone where no room takes such requests any more."""
        kind = kind_named(self.kind)
        return kind.label if kind else self.kind

    @property
    def url(self) -> str:
        """Of what it is about; empty where there is no page for it."""
        kind = kind_named(self.kind)
        return kind.page(self.target) if kind and kind.page else ""

    @property
    def callback_if_any(self) -> "BulkCallback | None":
        return getattr(self, "callback", None)

    @property
    def is_open(self) -> bool:
        return self.status != RequestStatus.DONE

    @property
    def percent(self) -> int:
        return 100 * self.done // max(self.items, 1)


class BulkChunk(models.Model):
    """What is still to be done of a request: worked on in the order of the IDs, and deleted with its effects."""

    request = models.ForeignKey(BulkRequest, models.CASCADE, related_name="chunks")
    # An empty one is of somebody who was erased meanwhile.
    names = ArrayField(models.TextField())
    # Of each name what else is said of it, if anything is.
    values = models.JSONField(null=True)

    class Meta:
        verbose_name = _("part of a bulk request")

    def __str__(self) -> str:
        return f"{self.request_id}: {len(self.names)}"


class BulkError(models.Model):
    """An item of a request that changed nothing, and why."""

    request = models.ForeignKey(BulkRequest, models.CASCADE, related_name="refused", db_index=False)
    # As it was sent; an erasure compares it in the one form.
    name = models.TextField(_("customer"))
    # Empty for a name that nobody has, or that nobody has looked up.
    customer_id = models.BigIntegerField(null=True)
    code = models.IntegerField(_("error code"))
    message = models.TextField(_("error message"))

    PERSONAL = frozenset({"name", "message"})
    NEUTRAL = frozenset({"id", "request", "customer_id", "code"})
    OWN_KEY = True

    class Meta:
        verbose_name = _("error of a bulk request")
        indexes = [
            models.Index("request", "id", name="bulk_error_of_request"),
            models.Index("customer_id", name="bulk_error_customer", condition=Q(customer_id__isnull=False)),
            models.Index(
                Func(F("name"), function="one_form"), name="bulk_error_by_name", condition=Q(customer_id__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.code}"


class BulkCallback(models.Model):
    """Whom to tell that a request is done. `due_at`: when to try next; null until the request is done, and when nothing is left
    to do."""

    request = models.OneToOneField(BulkRequest, models.CASCADE, related_name="callback")
    url = models.TextField()
    # Where the API tells what became of the request.
    status_url = models.TextField()
    status = models.CharField(max_length=7, choices=CallbackStatus, default=CallbackStatus.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("callback of a bulk request")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CallbackStatus.values), name="bulk_callback_status_is_known"),
        ]
        indexes = [models.Index("due_at", name="bulk_callback_due", condition=Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.status}"
