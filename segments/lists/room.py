"""What lists are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from .actions import ACTIONS
from .config import APP, config_of
from .mechanism import MECHANISMS, MERGING
from .program import LISTS
from .rows import MemberRow


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {APP: config_of(document, facts)}


RULES = Rules(
    actions=ACTIONS,
    main=MECHANISMS,
    merging=(MERGING,),
    tables=(MemberRow.TABLE,),
    sections=(LISTS,),
    config=_config,
    erasure="erase_lists",
)
