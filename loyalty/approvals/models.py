"""Changes that wait for an approval, and the kinds of change that need one."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enums import ChangeStatus

# The tables of the inner room, for Django.
from .notices.models import DecisionNotice as DecisionNotice
from .notices.models import NoticeChoice as NoticeChoice

STAFF = settings.AUTH_USER_MODEL


class ApprovalRule(models.Model):
    """A kind of change that somebody else must approve."""

    kind = models.CharField(_("kind"), max_length=64, primary_key=True)

    class Meta:
        verbose_name = _("approval rule")
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.kind


class ChangeRequest(models.Model):
    """An operation that somebody has asked for, and what became of it.

    `arguments` are the operation's, `foreseen` the rows of what it would have done when it was asked for; `decided_by` is whoever
    ended it. Erasure of the customer leaves the deed without them.
    """

    operation = models.CharField(_("operation"), max_length=60)
    kind = models.CharField(_("kind"), max_length=64)
    # As in the trail: a change of no customer has none, and the deed stays whatever becomes of the profile.
    customer_id = models.BigIntegerField(_("customer"), null=True)
    arguments = models.JSONField(default=dict)
    foreseen = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), default="", blank=True)
    status = models.CharField(_("status"), max_length=17, choices=ChangeStatus, default=ChangeStatus.WAITING)
    requested_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+", verbose_name=_("requested by"))
    requested_at = models.DateTimeField(_("requested at"))
    # The form that asked for it, which asks once.
    token = models.CharField(max_length=64, null=True)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=400, default="", blank=True)
    decided_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+", null=True, verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    explanation = models.TextField(_("explanation"), default="", blank=True)
    # The change that was sent back, if this one is asked for in its place.
    earlier = models.OneToOneField("self", models.PROTECT, related_name="later", null=True)

    PERSONAL = frozenset({"arguments", "foreseen", "reason", "explanation", "requested_at", "decided_at"})
    # Not shown to the customer whom the row is about.
    OF_STAFF = frozenset({"ip_address", "user_agent", "token"})
    NEUTRAL = frozenset(
        "id operation kind customer_id status requested_by token ip_address user_agent decided_by earlier".split()
    )
    OWN_KEY = True

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="change_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=ChangeStatus.WAITING, decided_by=None, decided_at=None)
                | Q(~Q(status=ChangeStatus.WAITING), decided_by__isnull=False, decided_at__isnull=False)
                | Q(status=ChangeStatus.CLOSED),
                name="change_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[ChangeStatus.APPROVED, ChangeStatus.REJECTED, ChangeStatus.CHANGES_REQUESTED])
                | ~Q(decided_by=F("requested_by")),
                name="change_is_decided_by_another",
            ),
            models.UniqueConstraint(fields=["requested_by", "token"], name="change_asked_for_once"),
        ]
        indexes = [
            models.Index("status", "id", name="change_status"),
            models.Index("requested_by", "id", name="change_requested_by"),
            models.Index("customer_id", name="change_customer", condition=Q(customer_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.operation} ({self.status})"
