"""What user groups are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from .actions import ACTIONS
from .config import APP, config_of
from .mechanism import MECHANISMS, MERGING
from .rows import MembershipRow


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {APP: config_of(document, facts)}


RULES = Rules(
    actions=ACTIONS,
    main=MECHANISMS,
    merging=(MERGING,),
    tables=(MembershipRow.TABLE,),
    config=_config,
    erasure="erase_groups",
)
