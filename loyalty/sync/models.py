from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.database.sequences import next_id


class Subscriber(models.Model):
    """Who is told of events: while there is nobody, no outbox row is written. Made by `operations.subscribe` only."""

    name = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    OWN_KEY = True
    PERSONAL: frozenset[str] = frozenset()
    NEUTRAL = frozenset({"id", "name", "created_at"})

    class Meta:
        verbose_name = _("subscriber")

    def __str__(self) -> str:
        return self.name


class OutboxRow(models.Model):
    """Something that happened and is to be told to others; the body is built from the event when it is sent."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    id = models.BigIntegerField(db_default=next_id("sync_outbox_id"))
    event_id = models.BigIntegerField()
    action = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    PERSONAL = frozenset({"created_at"})
    NEUTRAL = frozenset(["pk", "customer", "id", "event_id", "action"])

    class Meta:
        verbose_name = _("outbox row")

    def __str__(self) -> str:
        return f"{self.action} {self.event_id}"
