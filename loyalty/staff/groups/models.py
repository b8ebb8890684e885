"""User groups, who is in them, and of which kinds of record they decide."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enums import GroupStatus

ID = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, underscores and hyphens."))


class UserGroup(models.Model):
    """A part of the brand, such as a country. Whoever is in it sees its records and those of the groups inside it.

    None is deleted: events name it by its `slug`, integrators by its number.
    """

    slug = models.CharField(_("ID"), max_length=64, unique=True, validators=[ID])
    name = models.CharField(_("name"), max_length=100)
    external_id = models.CharField(_("external ID"), max_length=100, unique=True, null=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="inner", verbose_name=_("inside"))
    status = models.CharField(
        _("status"), max_length=8, choices=GroupStatus, default=GroupStatus.DRAFT, db_default=GroupStatus.DRAFT.value
    )

    class Meta:
        app_label = "staff"
        verbose_name = _("user group")
        verbose_name_plural = _("user groups")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=GroupStatus.values), name="user_group_status_is_known"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="user_group_is_not_inside_itself"
            ),
            models.CheckConstraint(condition=~Q(external_id=""), name="user_group_external_id_is_said"),
        ]

    def __str__(self) -> str:
        return self.name


class UserGroupMember(models.Model):
    """That somebody of the staff is in a group."""

    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="members", verbose_name=_("user group"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="group_memberships", verbose_name=_("person")
    )

    class Meta:
        app_label = "staff"
        verbose_name = _("person in a user group")
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="user_in_a_group_once")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.user_id}"


class GroupedKind(models.Model):
    """A kind of record, such as customers, of which groups decide who sees it."""

    kind = models.CharField(_("kind"), max_length=64, primary_key=True)

    class Meta:
        app_label = "staff"
        verbose_name = _("kind of record by user group")
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.kind
