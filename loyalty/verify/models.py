from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """What a comparison of all projections with their history found: ids and counts, never a value of a customer."""

    at = models.DateTimeField(_("at"))
    seconds = models.FloatField(_("seconds"))
    ok = models.BooleanField(_("all right"))
    found = models.BigIntegerField(_("rows that differ"))
    compared = models.JSONField(_("rows compared"), help_text=_("Per check."))
    mismatches = models.JSONField(_("which rows differ"), help_text=_("The first ones of them."))

    class Meta:
        app_label = "points"
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ok=True, found=0) | Q(ok=False, found__gt=0), name="ok_means_none_differ"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.found}"
