from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MergeKind(TextChoices):
    PARTIAL = "partial", _("Partial: without custom fields")
    FULL = "full", _("Full: with custom fields")


class BanReason(TextChoices):
    """Fixed choices: kept after the person's data is gone, so it may say nothing about the person."""

    FRAUD = "fraud", _("Fraud")
    ABUSE = "abuse", _("Abuse of the programme")
    TERMS = "terms", _("Violation of the terms")
    OTHER = "other", _("Another reason")
