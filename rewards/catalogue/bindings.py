"""What rewards use of other rooms: while one that is not archived names it, it is not archived."""

from collections.abc import Sequence

from loyalty.catalogue.uses import CatalogueUse
from segments.bindings import Binding
from segments.lists.bindings import ListUse

from .config import audience_of
from .enums import RewardStatus
from .models import Reward


def _with_group(kind: str, slug: str) -> Sequence[str]:
    shown = Reward.objects.exclude(status=RewardStatus.ARCHIVED).exclude(audience={}).only("name", "audience", "slug")
    return [
        str(one)
        for one in shown
        if any((group.kind, group.id) == (kind, slug) for group in audience_of(one.audience).groups)
    ]


def _with_store(slug: str) -> Sequence[str]:
    shown = Reward.objects.exclude(status=RewardStatus.ARCHIVED).filter(stores__contains=[slug])
    return [str(one) for one in shown]


BINDINGS = (
    Binding(lambda slug: _with_group("segment", slug)),
    ListUse(lambda slug: _with_group("list", slug)),
    CatalogueUse(stores=_with_store),
)
