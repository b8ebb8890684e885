"""What tells of entering and leaving."""

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import Action, Attribute, follows

ENTERED, LEFT = "segment_entered", "segment_left"
_OF_SEGMENT = (Attribute("segment", label=_("Segment"), description="The ID of the segment."),)
_CLOSED = follows("the segments")

ACTIONS = (
    Action(ENTERED, _("Segment entered"), _OF_SEGMENT, "log-in", "A member of a segment from now on.", closed=_CLOSED),
    Action(LEFT, _("Segment left"), _OF_SEGMENT, "log-out", "No member of a segment any more.", closed=_CLOSED),
)
