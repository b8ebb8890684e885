"""Who hears of changes when, and what became of changes that their requesters have not looked at yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .enums import NoticeMode

STAFF = settings.AUTH_USER_MODEL
MOST_HOURS = 168


class NoticeChoice(models.Model):
    """What somebody has chosen; `told_at` is when the last e-mail about waiting changes went out."""

    user = models.OneToOneField(STAFF, models.CASCADE, primary_key=True, related_name="+")
    mode = models.CharField(_("e-mails"), max_length=6, choices=NoticeMode, default=NoticeMode.EACH)
    hours = models.PositiveSmallIntegerField(_("hours"), default=24)
    told_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "approvals"
        verbose_name = _("choice of notices")
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=NoticeMode.values), name="notice_mode_is_known"),
            models.CheckConstraint(condition=Q(hours__range=(1, MOST_HOURS)), name="notice_hours_are_a_week_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.mode}"


class DecisionNotice(models.Model):
    """That somebody has decided about a change, for whoever had asked for it."""

    change = models.OneToOneField("approvals.ChangeRequest", models.PROTECT, primary_key=True, related_name="notice")
    user = models.ForeignKey(STAFF, models.CASCADE, related_name="+", db_index=False)
    is_read = models.BooleanField(default=False)
    is_mailed = models.BooleanField(default=False)

    class Meta:
        app_label = "approvals"
        verbose_name = _("notice of a decision")
        indexes = [
            models.Index(fields=["user"], condition=Q(is_read=False), name="notice_unread"),
            models.Index(fields=["change"], condition=Q(is_mailed=False), name="notice_unmailed"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} → {self.user_id}"
