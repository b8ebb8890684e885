"""The audit trail: what staff did, insert-only."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

# Before the colon of the subject.
KIND = Func(F("subject"), Value(":"), Value(1), function="split_part", output_field=models.CharField())


class AuditEntry(models.Model):
    """What somebody of the staff did by an operation. Written once; of erased customers the deed stays, without values."""

    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        # An index of more columns begins with it.
        db_index=False,
        verbose_name=_("staff"),
        help_text=_("Nobody: whoever operates the server, or an integrator."),
    )
    # API keys lie above staff, so no foreign key names them.
    key_id = models.BigIntegerField(_("API key"), null=True, help_text=_("An integrator's."))
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
    NEUTRAL = frozenset("id staff key_id operation customer_id subject ip_address user_agent".split())

    class Meta:
        app_label = "staff"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            # Pages run by time: each filter alone, and with a time, is one range of one of them.
            models.Index(fields=["at", "id"], name="audit_at"),
            models.Index(fields=["staff", "at", "id"], name="audit_staff"),
            models.Index(fields=["at", "id"], condition=Q(staff__isnull=True), name="audit_nobody"),
            models.Index(fields=["operation", "at", "id"], name="audit_operation"),
            models.Index(
                fields=["customer_id", "at", "id"], condition=Q(customer_id__isnull=False), name="audit_customer"
            ),
            models.Index(fields=["subject", "at", "id"], condition=~Q(subject=""), name="audit_subject"),
            models.Index(KIND, "at", "id", condition=~Q(subject=""), name="audit_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.operation}"
