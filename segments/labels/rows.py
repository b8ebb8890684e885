"""What the engine holds of labels: those of a customer, and which identifiers mean what. Pure."""

import datetime as dt

from loyalty.engine.state import Part, Row, Table

HELD, KNOWN = "labels_held", "labels_known"
_HELD = {"customer_id": "bigint", "label_id": "bigint", "since": "timestamptz"}
_LABEL = {"id": "bigint", "slug": "text", "name": "text", "status": "text", "merged_into_id": "bigint"}
_ALIAS = {"slug": "text", "label_id": "bigint"}


class HeldRow(Row):
    __slots__ = tuple(_HELD)
    TABLE = Table(name="labels_customerlabel", columns=_HELD, key=("customer_id", "label_id"))

    customer_id: int
    label_id: int
    since: dt.datetime


class LabelRow(Row):
    """A new one. Somebody else may make it at the same time: the database keeps the first."""

    __slots__ = tuple(_LABEL)
    TABLE = Table(name="labels_label", columns=_LABEL, key=("id",))

    id: int
    slug: str
    name: str
    status: str
    merged_into_id: int | None


class AliasRow(Row):
    __slots__ = tuple(_ALIAS)
    TABLE = Table(name="labels_labelalias", columns=_ALIAS, key=("slug",))

    slug: str
    label_id: int


# By the internal id of the label.
LABELS_HELD = Part(
    HELD,
    f"SELECT {', '.join(_HELD)} FROM labels_customerlabel WHERE customer_id IN ({{customers}})",
    lambda state, row: state.part(HELD).update({row[1]: HeldRow.load(row)}),
)
# By identifier: the internal id, and whether the label may be given.
LABELS_KNOWN = Part(
    KNOWN,
    "SELECT a.slug, l.id, l.status = 'active' FROM labels_labelalias a JOIN labels_label l ON l.id = a.label_id",
    lambda state, row: state.part(KNOWN).update({row[0]: (row[1], row[2])}),
    shared=True,
)
