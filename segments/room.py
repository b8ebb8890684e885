"""Groups of customers by rule: what segments are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from .actions import ACTIONS
from .enums import SegmentStatus
from .mechanism import APP, MECHANISMS, touch
from .program import SEGMENTS
from .rows import TOUCHED, TOUCHED_AS_SET


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether any segment is computed."""
    return {APP: any(item["status"] == SegmentStatus.ACTIVE for item in document.get("segments", ()))}


RULES = Rules(
    actions=ACTIONS,
    main=MECHANISMS,
    tables=(TOUCHED,),
    sections=(SEGMENTS,),
    config=_config,
    on_recorded=(touch,),
    on_recorded_as_set=(TOUCHED_AS_SET,),
    erasure="erase_segments",
)
