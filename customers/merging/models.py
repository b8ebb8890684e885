from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.enums import MergeKind


class Merge(models.Model):
    """A profile that was merged away, and into whom. What counts for the survivor is the union over all merged into them.

    `survivor` is always the profile that is alive: it follows when the survivor is merged in turn; `into` stays.
    """

    source = models.OneToOneField(
        "customers.Customer", on_delete=models.DO_NOTHING, primary_key=True, related_name="merge"
    )
    survivor = models.ForeignKey("customers.Customer", on_delete=models.DO_NOTHING, related_name="merged")
    into = models.BigIntegerField(_("merged into"))
    kind = models.CharField(_("kind"), max_length=7, choices=MergeKind)
    merged_at = models.DateTimeField(_("merged at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    api_key_id = models.BigIntegerField(null=True)
    # The event of the merge in either stream.
    source_event = models.BigIntegerField()
    survivor_event = models.BigIntegerField()
    # Counts and points by what was moved: never a value of a person.
    moved = models.JSONField(default=dict)
    # The fields that the survivor lacked and took over.
    filled = ArrayField(models.CharField(max_length=64), default=list)

    PERSONAL = frozenset({"merged_at"})
    NEUTRAL = frozenset("source survivor into kind staff api_key_id source_event survivor_event moved filled".split())

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MergeKind.values), name="merge_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(source=F("survivor")) & ~Q(source=F("into")), name="merge_is_of_two_customers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.survivor_id}"
