"""Customer lists, and who is on them."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

from .enums import ListStatus

ID = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, underscores and hyphens."))
# What the pages' `urls` have in the place of an ID.
OWN_ADDRESSES = frozenset({"new"})


class CustomerList(models.Model):
    """Customers whom somebody has chosen one by one. None is deleted: events name it."""

    slug = models.CharField(_("ID"), max_length=64, unique=True, validators=[ID])
    name = models.CharField(_("name"), max_length=100)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=ListStatus,
        default=ListStatus.ACTIVE,
        db_default=ListStatus.ACTIVE.value,
    )

    class Meta:
        verbose_name = _("customer list")
        verbose_name_plural = _("customer lists")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ListStatus.values), name="list_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.status == ListStatus.ARCHIVED


class ListMember(models.Model):
    """That a customer is on a list, and since when."""

    pk = models.CompositePrimaryKey("customer_id", "customer_list_id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="list_memberships")
    customer_list = models.ForeignKey(
        CustomerList, on_delete=models.DO_NOTHING, db_index=False, related_name="members", verbose_name=_("list")
    )
    since = models.DateTimeField(_("since"))
    # What has put them on it; the events of a merged-away profile stay with it.
    event_id = models.BigIntegerField()

    PERSONAL = frozenset({"since"})
    NEUTRAL = frozenset({"pk", "customer", "customer_list", "event_id"})

    class Meta:
        verbose_name = _("member of a list")
        indexes = [models.Index("customer_list", "customer", name="list_members")]

    def __str__(self) -> str:
        return f"{self.customer_list_id}: {self.customer_id}"
