"""Invitations to work here."""

from django.conf import settings
from django.db import models

from loyalty.staff.roles.models import StaffRole


class Invitation(models.Model):
    """A link that makes one account, once, for three days. Kept is a digest of what the link says."""

    digest = models.CharField(max_length=64, unique=True)
    role = models.ForeignKey(StaffRole, models.PROTECT, related_name="+")
    email = models.EmailField(blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        app_label = "staff"

    def __str__(self) -> str:
        return f"{self.role_id} {self.pk}"
