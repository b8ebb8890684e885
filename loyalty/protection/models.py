from django.db import models
from django.utils.translation import gettext_lazy as _


class Definition(models.Model):
    """A trigger, function, constraint or unique index as `migrate` left it; written by the owner of the tables only."""

    kind = models.CharField(max_length=20)
    name = models.TextField()
    # What makes it, as PostgreSQL writes it.
    statement = models.TextField()

    class Meta:
        verbose_name = _("definition")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_definition_of_a_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
