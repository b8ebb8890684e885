"""What happened: what events and orders are in the engine."""

from collections.abc import Mapping
from typing import Any

from loyalty.engine.rows import EVENT
from loyalty.program.actions import registered_actions
from loyalty.program.rooms import Document, Rules

from . import referrals
from .orders import mechanism as orders
from .orders import rows
from .orders.actions import ACTIONS as ORDERS
from .orders.merging import MECHANISM as MERGE
from .types import attributes, near_misses
from .types.actions import LATER, RECORDED
from .types.program import EVENT_TYPES
from .types.queries import event_rules


def _config(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    types = document["event_types"]
    return {
        attributes.APP: attributes.shapes_of(types),
        near_misses.APP: near_misses.names_of(types, document.get("customer_fields", []), registered_actions()),
        rows.APP: rows.OrdersConfig(document["settings"]["accept_after_days"]),
    }


def _program(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"event_rules": event_rules(document["event_types"])}


RULES = Rules(
    actions=(*ORDERS, *referrals.ACTIONS, *RECORDED, *LATER),
    opening=orders.OPENING,
    main=orders.MECHANISMS,
    merging=(MERGE,),
    tables=(EVENT, rows.TRANSACTION, rows.GuestRow.TABLE),
    sections=(EVENT_TYPES,),
    config=_config,
    program=_program,
    on_guest=rows.keep_guest_order,
    erasure="erase_events",
)
