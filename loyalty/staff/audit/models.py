"""The audit trail: what staff did, insert-only."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """What somebody of the staff did by an operation. Written once; of erased customers the deed stays, without values."""

    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name=_("staff"),
        help_text=_("Nobody: whoever operates the server."),
    )
    operation = models.CharField(_("operation"), max_length=60)
    # Customers lie above staff, so no foreign key names them.
    customer_id = models.BigIntegerField(_("customer"), null=True, help_text=_("The internal ID."))
    subject = models.CharField(_("subject"), max_length=100, default="")
    reason = models.TextField(_("reason"), default="")
    ip_address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("user agent"), max_length=400, default="")
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)

    OWN_KEY = True
    PERSONAL = frozenset({"at", "reason", "before", "after"})
    # Not shown to the customer whom the row is about.
    OF_STAFF = frozenset({"ip_address", "user_agent"})
    NEUTRAL = frozenset("id staff operation customer_id subject ip_address user_agent".split())

    class Meta:
        app_label = "staff"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["customer_id", "id"], condition=Q(customer_id__isnull=False), name="audit_customer"),
            models.Index(fields=["operation", "id"], name="audit_operation"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.operation}"
