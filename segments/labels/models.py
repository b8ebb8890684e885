"""Labels, what they are called, and who has them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

from .enums import LabelStatus
from .identifiers import LONGEST_ID


class Label(models.Model):
    """A tag of customers. One that was merged into another stays as its shadow, until its last customer has moved."""

    # Of the identifier that it was made of: see `identifiers.key_of`.
    id = models.BigIntegerField(primary_key=True)
    slug = models.CharField(_("identifier"), max_length=LONGEST_ID, unique=True)
    name = models.CharField(_("name"), max_length=100)
    status = models.CharField(
        _("status"), max_length=8, choices=LabelStatus, default=LabelStatus.ACTIVE, db_default=LabelStatus.ACTIVE.value
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", verbose_name=_("label"))

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LabelStatus.values), name="label_status_is_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="label_is_not_its_own_shadow",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LabelAlias(models.Model):
    """An identifier that means a label: the one that it has, and those that it has had."""

    slug = models.CharField(_("identifier"), max_length=LONGEST_ID, primary_key=True)
    label = models.ForeignKey(Label, models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name = _("identifier of a label")
        verbose_name_plural = _("identifiers of labels")

    def __str__(self) -> str:
        return self.slug


class CustomerLabel(models.Model):
    """That a customer has a label, and since when."""

    pk = models.CompositePrimaryKey("customer_id", "label_id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="labels")
    label = models.ForeignKey(Label, on_delete=models.DO_NOTHING, db_index=False, related_name="holders")
    since = models.DateTimeField(_("since"))

    PERSONAL = frozenset({"since"})
    NEUTRAL = frozenset({"pk", "customer", "label"})

    class Meta:
        verbose_name = _("label of a customer")
        indexes = [models.Index("label", "customer", name="label_holders")]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.customer_id}"
