"""Leaving the programme: opted out or banned, and erased. Pure; the engine erases what the database holds at the end of its transaction."""

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from customers.enums import BanReason
from loyalty.engine.batch import Batch
from loyalty.engine.erasing import Receipt, Search
from loyalty.engine.events import Incoming
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, Row, State, Table
from loyalty.engine.status import Status
from loyalty.refusals import Refused, WrongField
from loyalty.sealing import Purpose, seal

# What a ban needs: only the operation of staff grants it.
BAN = "ban"

_COLUMNS = {
    "reference": "uuid",
    "customer_id": "bigint",
    "requested_at": "timestamptz",
    "banned": "boolean",
    "reason": "text",
    "staff_id": "bigint",
    "sealed": "bytea",
}


class ErasureRow(Row):
    """`terms`: the texts that find the person in files, stored sealed."""

    __slots__ = (*(name for name in _COLUMNS if name != "sealed"), "terms")
    TABLE = Table(name="customers_erasure", columns=_COLUMNS, key=("reference",))

    def __init__(self, event: EventRow, reason: str, terms: Iterable[str]) -> None:
        self.reference = uuid.uuid4()
        self.customer_id, self.requested_at, self.staff_id = event.customer_id, event.recorded_at, event.staff_id
        self.banned, self.reason = bool(reason), reason
        self.terms = sorted(set(terms))

    @property
    def sealed(self) -> bytes:
        return seal(json.dumps(self.terms), Purpose.CUSTOMERS)


# What else may name the person, or whoever was merged into them.
TRACES = Part(
    "traces",
    "SELECT customer_id, value FROM customers_identity WHERE customer_id IN ({customers}) UNION ALL"
    " SELECT m.survivor_id, named.value FROM customers_merge m JOIN customers_customer c ON c.id = m.source_id"
    " CROSS JOIN LATERAL (VALUES (c.public_id), (c.email), (c.mobile_phone)) AS named(value)"
    " WHERE m.survivor_id IN ({customers}) AND named.value IS NOT NULL",
    lambda state, row: state.part("traces").update({row[1]: row[1]}),
)


def traces(incoming: Incoming) -> Sequence[Part]:
    return (TRACES,)


def opt_out(event: EventRow, state: State, batch: Batch) -> None:
    _leave(event, state, batch, Status.OPTED_OUT)


def ban(event: EventRow, state: State, batch: Batch) -> None:
    """A forced opt-out."""
    if BAN not in batch.by.grants:
        raise Refused(0, "Only staff with the right to erase customers can ban one, in the back office", field="reason")
    reason = event.data.get("reason")
    if reason not in BanReason.values:
        raise WrongField("reason", f"must be one of {', '.join(BanReason.values)}")
    _leave(event, state, batch, Status.BANNED, str(reason))


def _leave(event: EventRow, state: State, batch: Batch, status: Status, reason: str = "") -> None:
    customer: Any = batch.edit(state.customer)
    customer.status, customer.updated_at = status.value, event.recorded_at
    named = (customer.public_id, customer.email, customer.mobile_phone, *state.part("traces"))
    batch.add(ErasureRow(event, reason, filter(None, named)))


def nothing_to_erase(searches: Sequence[Search]) -> list[Receipt]:
    """For a room that never holds anything about a person; `tests/prove/test_erasure_scan.py` looks."""
    return [Receipt(0) for _ in searches]
