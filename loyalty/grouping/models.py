"""Which customers are in which user groups."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.staff.models import UserGroup


class CustomerGroup(models.Model):
    """That a customer is in a user group, and since when."""

    pk = models.CompositePrimaryKey("customer_id", "group_id")
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="group_memberships"
    )
    group = models.ForeignKey(
        UserGroup, on_delete=models.DO_NOTHING, db_index=False, related_name="customers", verbose_name=_("user group")
    )
    since = models.DateTimeField(_("since"))
    # What has put them into it; the events of a merged-away profile stay with it.
    event_id = models.BigIntegerField()

    PERSONAL = frozenset({"since"})
    NEUTRAL = frozenset({"pk", "customer", "group", "event_id"})

    class Meta:
        verbose_name = _("user group of a customer")
        indexes = [models.Index("group", "customer", name="group_customers")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.customer_id}"
