from dataclasses import dataclass
from typing import Any

from django.views.generic import TemplateView

from customers.merging.pages import AfterMerge
from customers.profile.frame import ProfilePage
from events.timeline.queries import names

from .queries import MOST_DUPLICATES, Duplicate, possible_duplicates


@dataclass(frozen=True)
class Pair:
    duplicate: Duplicate
    label: str


class Duplicates(ProfilePage, TemplateView):
    """What merged profiles tell of alike: perhaps one action, recorded twice."""

    template_name = "events/duplicates.html"
    tab = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found, labels = possible_duplicates(self.customer), names().actions
        context = {
            "pairs": [Pair(one, labels.get(one.later.action, one.later.action)) for one in found],
            "is_capped": len(found) == MOST_DUPLICATES,
        }
        return super().get_context_data(**(context | kwargs))


AFTER_MERGE = AfterMerge("duplicates:list", lambda survivor: bool(possible_duplicates(survivor)))
