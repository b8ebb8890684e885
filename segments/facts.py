"""What a segment can ask of another one: whether somebody is its member, as it was last computed."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loyalty.facts.enums import Kind
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source

from .enums import SegmentStatus
from .language.vocabulary import SEGMENT, SEGMENT_OPTION
from .models import Segment


def _segments() -> Sequence[tuple[str, str]]:
    return list(Segment.objects.exclude(status=SegmentStatus.ARCHIVED).values_list("slug", "name"))


def _member(ask: Ask) -> Source:
    segment = f"(SELECT id FROM segments_segment WHERE slug = {ask.bind(ask.options[SEGMENT_OPTION])})"
    where = [f"s.segment_id = {segment}", "s.left_at IS NULL", ask.of("s.customer_id")]
    return Source("TRUE", "segments_stay s", where, "s.customer_id")


FACTS = Facts(
    _("Segments"),
    (
        Fact(
            SEGMENT,
            "in segment",
            Kind.YES,
            _("Is in a segment"),
            _member,
            (Option(SEGMENT_OPTION, _("Segment"), Kind.CHOICE, choices=_segments),),
            negated="not in segment",
        ),
    ),
)
