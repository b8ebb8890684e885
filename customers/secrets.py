"""What is kept of a customer in secret: taken out of the event before it is stored. Pure."""

from collections.abc import Iterable
from typing import Any

from customers.fields.reserved import SECRETS
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, Row, State, Table
from loyalty.sealing import Purpose, seal


class SecretRow(Row):
    """`plain` never leaves the row but encrypted; unknown of a row that was read."""

    __slots__ = ("customer_id", "name", "plain")
    TABLE = Table(
        name="customers_secret",
        columns={"customer_id": "bigint", "name": "text", "sealed": "bytea"},
        key=("customer_id", "name"),
    )

    def __init__(self, customer_id: int, name: str, plain: str = "") -> None:
        self.customer_id, self.name, self.plain = customer_id, name, plain

    @property
    def sealed(self) -> bytes:
        return seal(self.plain, Purpose.CUSTOMERS)


def _put_secret(state: State, row: Any) -> None:
    state.part("secrets")[row[1]] = SecretRow(*row)


_SECRETS = Part(
    "secrets", "SELECT customer_id, name FROM customers_secret WHERE customer_id IN ({customers})", _put_secret
)


def secret_parts(incoming: Incoming) -> Iterable[Part]:
    return () if SECRETS.isdisjoint(incoming.data) else (_SECRETS,)


def extract_secrets(event: EventRow, state: State, batch: Batch) -> None:
    """Out of the event before it is written, whatever its action."""
    if SECRETS.isdisjoint(event.data):
        return
    for name in SECRETS & event.data.keys():
        plain, held = values.text(event.data, name), state.part("secrets")
        if name in held:
            batch.remove(held[name])
            batch.pop(held, name)
        if plain is not None:
            batch.put(held, name, batch.add(SecretRow(event.customer_id, name, plain)))
    event.data = {name: value for name, value in event.data.items() if name not in SECRETS}
