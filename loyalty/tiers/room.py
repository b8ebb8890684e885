"""Status that people trust: what tiers are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from . import mechanism, merging, rows
from .actions import ACTIONS
from .build import config_of
from .config import APP
from .program import TIERS


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {APP: config_of(document, facts)}


RULES = Rules(
    actions=ACTIONS,
    before=mechanism.MECHANISMS_BEFORE,
    main=mechanism.MECHANISMS,
    merging=(merging.MECHANISM,),
    tables=(rows.TierRow.TABLE, rows.DayRow.TABLE, rows.LateRow.TABLE),
    sections=(TIERS,),
    config=_config,
    on_recorded=(mechanism.count_status_points,),
    erasure="erase_tiers",
)
