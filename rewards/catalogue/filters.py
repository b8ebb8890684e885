"""What lists of rewards can be narrowed by."""

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django_filters import CharFilter, ChoiceFilter

from loyalty.database.filters import ExactFilter, ListFilters
from rewards.catalogue.enums import SHOWN
from rewards.catalogue.models import Reward


class RewardFilters(ListFilters):
    """In the Entities API."""

    status = ExactFilter()
    type = ExactFilter()
    examples = {"status": "active", "type": "coupon"}


class FoundRewardFilters(ListFilters):
    """In the back office."""

    q = CharFilter(method="by_text")
    status = ChoiceFilter(choices=[(one.value, one.label) for one in SHOWN])
    category = CharFilter("category__slug")
    type = CharFilter()

    def by_text(self, found: QuerySet[Reward], name: str, value: str) -> QuerySet[Reward]:
        """A part of the name in any language, or the ID."""
        names = Func(F("name"), Value("$.*"), function="jsonb_path_query_array", output_field=TextField())
        found = found.annotate(names=Cast(names, TextField()))
        return found.filter(Q(names__icontains=value) | Q(slug__iexact=value))
