"""What the engine holds of lists: which ones a customer is on. Pure."""

import datetime as dt

from loyalty.engine.state import Part, Row, Table

_COLUMNS = {"customer_id": "bigint", "customer_list_id": "bigint", "since": "timestamptz", "event_id": "bigint"}


class MemberRow(Row):
    __slots__ = tuple(_COLUMNS)
    TABLE = Table(name="lists_listmember", columns=_COLUMNS, key=("customer_id", "customer_list_id"))

    customer_id: int
    customer_list_id: int
    since: dt.datetime
    event_id: int


NAME = "list_members"
# By the internal id of the list.
MEMBERS = Part(
    NAME,
    f"SELECT {', '.join(_COLUMNS)} FROM lists_listmember WHERE customer_id IN ({{customers}})",
    lambda state, row: state.part(NAME).update({row[1]: MemberRow.load(row)}),
)
