"""What the engine holds of user groups: which ones a customer is in. Pure."""

import datetime as dt

from loyalty.engine.state import Part, Row, Table

_COLUMNS = {"customer_id": "bigint", "group_id": "bigint", "since": "timestamptz", "event_id": "bigint"}


class MembershipRow(Row):
    __slots__ = tuple(_COLUMNS)
    TABLE = Table(name="grouping_customergroup", columns=_COLUMNS, key=("customer_id", "group_id"))

    customer_id: int
    group_id: int
    since: dt.datetime
    event_id: int


NAME = "user_groups"
# By the number of the group.
MEMBERSHIPS = Part(
    NAME,
    f"SELECT {', '.join(_COLUMNS)} FROM grouping_customergroup WHERE customer_id IN ({{customers}})",
    lambda state, row: state.part(NAME).update({row[1]: MembershipRow.load(row)}),
)
