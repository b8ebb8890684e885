"""What events earn and spend: what points are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.rooms import Document, Rules

from . import mechanism
from .actions import ACTIONS
from .build import config_of
from .expiry.activity import keep_activity
from .ledger import moves, rows
from .merging import MECHANISM as MERGE


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {moves.APP: config_of(document, facts)}


RULES = Rules(
    actions=ACTIONS,
    before=mechanism.MECHANISMS_BEFORE_ORDERS,
    main=mechanism.MECHANISMS,
    merging=(MERGE,),
    tables=(rows.LOT, rows.PendingRow.TABLE, rows.BALANCE, rows.ENTRY),
    parts=(rows.BALANCES,),
    config=_config,
    on_new_customer=(mechanism.open_default_account,),
    on_recorded=(keep_activity,),
    erasure="erase_points",
)
