"""Segments as groups of an audience."""

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from segments.enums import SegmentStatus
from segments.models import Segment

from .kinds import Bind, GroupKind


def _choices() -> Sequence[tuple[str, str]]:
    return list(Segment.objects.filter(status=SegmentStatus.ACTIVE).values_list("slug", "name"))


def _names(ids: Collection[str]) -> Mapping[str, str]:
    rows = Segment.objects.filter(slug__in=ids).exclude(status=SegmentStatus.ARCHIVED)
    return dict(rows.values_list("slug", "name"))


def _open(ids: Collection[str]) -> Collection[str]:
    return list(Segment.objects.filter(slug__in=ids, status=SegmentStatus.ACTIVE).values_list("slug", flat=True))


def _members(id: str, bind: Bind) -> str:
    segment = f"(SELECT id FROM segments_segment WHERE slug = {bind(id)})"
    return f"SELECT s.customer_id FROM segments_stay s WHERE s.segment_id = {segment} AND s.left_at IS NULL"


_HELD = (
    "SELECT s.customer_id, g.slug, g.status = 'active' FROM segments_stay s JOIN segments_segment g ON g.id = s.segment_id"
    " WHERE s.left_at IS NULL AND s.customer_id IN ({customers})"
)
SEGMENTS = GroupKind("segment", _("Segment"), "in segment", _choices, _names, _open, _members, _HELD)
