"""Roles: what their people may do."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffRole(models.Model):
    """A role. Of `administrator`, who may do everything, a trigger refuses every change.

    `rights` holds codes; those that no room declares any more mean nothing. A limit of points that is null is none.
    """

    slug = models.CharField(_("ID"), max_length=64, primary_key=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    rights = ArrayField(models.CharField(max_length=100), default=list)
    points_per_action = models.PositiveBigIntegerField(_("points per action"), null=True)
    points_per_day = models.PositiveBigIntegerField(_("points per day"), null=True)
    points_per_customer_and_day = models.PositiveBigIntegerField(_("points per customer and day"), null=True)

    class Meta:
        app_label = "staff"

    def __str__(self) -> str:
        return self.name
