"""The structures that the API lists."""

from django.db.models import Prefetch, QuerySet

from loyalty.tiers.models import Level, Structure


def structures() -> QuerySet[Structure]:
    """In the order of their IDs, each with its account and its levels from the lowest; inactive ones, too."""
    levels = Prefetch("levels", Level.objects.filter(position__isnull=False).order_by("position"))
    return Structure.objects.select_related("account").prefetch_related(levels).order_by("slug")
