"""What coupons are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from .actions import ACTIONS
from .config import APP, config_of
from .life.mechanism import MECHANISMS
from .life.merging import MERGING
from .pools.program import POOLS
from .rows import CouponRow, MovementRow, UseRow


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {APP: config_of(document, facts)}


RULES = Rules(
    actions=ACTIONS,
    main=MECHANISMS,
    merging=(MERGING,),
    tables=(CouponRow.TABLE, UseRow.TABLE, MovementRow.TABLE),
    sections=(POOLS,),
    config=_config,
    erasure="erase_coupons",
)
