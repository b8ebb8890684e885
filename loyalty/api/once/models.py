"""Answers of writes, to be given again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedAnswer(models.Model):
    """What a write was answered, under the name by which it may come again: a digest of its `Idempotency-Key`; and that
    signed bytes have run, under a digest of their signature, with an empty body (`api.claims` tells their statuses).

    Written with the effect. An erased customer's answer has an empty body: it has become 404 / 160212.
    """

    pk = models.CompositePrimaryKey("api_key_id", "digest")
    # No foreign key: its check would lock the one row of the key for each request.
    api_key_id = models.BigIntegerField()
    digest = models.BinaryField()
    # Of method, address and body: the same name for something else is refused.
    fingerprint = models.BinaryField()
    status = models.SmallIntegerField()
    body = models.BinaryField()
    # Whom the answer is about.
    customer_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()

    OWN_KEY = True
    PERSONAL = frozenset({"body", "expires_at"})
    # The digests are keyed by the SECRET_KEY.
    NEUTRAL = frozenset(["pk", "api_key_id", "digest", "fingerprint", "status", "customer_id"])

    class Meta:
        verbose_name = _("saved answer")
        constraints = [
            models.CheckConstraint(condition=Q(status__gte=200, status__lt=500), name="saved_answer_status_is_known")
        ]
        indexes = [
            models.Index(fields=["customer_id"], condition=Q(customer_id__isnull=False), name="saved_answer_customer"),
            models.Index(fields=["expires_at"], name="saved_answer_expiry"),
        ]

    def __str__(self) -> str:
        return str(self.status)
