"""Two profiles become one: who may be merged, and what of the source's profile the survivor takes over. Pure.

What other apps hold, each moves by a mechanism of its own of `customer_merge`: in the source's event, into `batch.target`.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from customers.attributes import MAX_PROPERTIES, MAX_PROPERTIES_LENGTH
from customers.enums import MergeKind
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.reduce import UnknownCustomer
from loyalty.engine.rows import CustomerRow, EventRow, IdentityRow, from_json, to_json
from loyalty.engine.state import Part, Row, State, Table
from loyalty.engine.status import DEPARTED, Status
from loyalty.refusals import Refused, WrongField

from .actions import MERGE

ACTION = MERGE.name
# Fields that a person fills in: the survivor's stay, and those that it lacks are taken over.
BUILT_IN = (
    "first_name", "last_name", "nickname", "handler", "email", "mobile_phone", "birth_date", "gender", "language",
    "country", "currency", "image_url", "src", "referrer",
)  # fmt: skip
# What of the attributes is no field: that nobody had enrolled the profile.
MARKS = frozenset({"auto_subscribed"})


def _of_either(choose: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda ours, theirs: choose((one for one in (ours, theirs) if one is not None), default=None)


_earlier, _later = _of_either(min), _of_either(max)
# What is known of both: how the survivor's and the source's become one.
FIGURES: Mapping[str, Callable[[Any, Any], Any]] = {
    "purchase_total": Decimal.__add__,
    "purchase_count": int.__add__,
    "purchase_item_count": Decimal.__add__,
    "purchase_first_date": _earlier,
    "purchase_last_date": _later,
    "last_earn_date": _later,
    "last_spend_date": _later,
    "last_login_at": _later,
    "optin_at": _earlier,
}


class MergeRow(Row):
    """A profile that was merged away. `moved` counts what went over, by what it is: each app's mechanism adds its own."""

    __slots__ = (
        "api_key_id", "filled", "into", "kind", "merged_at", "moved", "source_event", "source_id", "staff_id",
        "survivor_event", "survivor_id",
    )  # fmt: skip
    TABLE = Table(
        name="customers_merge",
        columns={
            **dict.fromkeys(["source_id", "survivor_id", '"into"'], "bigint"),
            "kind": "text",
            "merged_at": "timestamptz",
            **dict.fromkeys(["staff_id", "api_key_id", "source_event", "survivor_event"], "bigint"),
            "moved": "jsonb",
            "filled": "text[]",
        },
        key=("source_id",),
        written_as={'"into"': "into", "moved": "moved_json"},
    )

    source_id: int
    moved: dict[str, Any]
    filled: list[str]

    def __init__(self, source: EventRow, survivor: EventRow) -> None:
        self.source_id, self.source_event = source.customer_id, source.id
        self.survivor_id = self.into = survivor.customer_id
        self.survivor_event = survivor.id
        self.kind, self.merged_at = source.data["kind"], source.recorded_at
        self.staff_id, self.api_key_id = source.staff_id, source.api_key_id
        self.moved, self.filled = {}, []

    @property
    def moved_json(self) -> str:
        return to_json(self.moved)


class EarlierMergeRow(Row):
    """A merge into a profile that is merged in turn: its survivor is the new one."""

    __slots__ = ("source_id", "survivor_id")
    TABLE = Table(
        name="customers_merge",
        columns={"source_id": "bigint", "survivor_id": "bigint"},
        key=("source_id",),
        mutable=("survivor_id",),
    )

    survivor_id: int


IDENTITIES = Part(
    "identities_to_move",
    "SELECT customer_id, scheme, value, origin_id FROM customers_identity WHERE customer_id IN ({customers})",
    lambda state, row: state.part("identities_to_move").update(
        {(row[1], row[2]): IdentityRow.load((row[1], row[2], row[0], row[3]))}
    ),
)
EARLIER_MERGES = Part(
    "earlier_merges",
    "SELECT survivor_id, source_id FROM customers_merge WHERE survivor_id IN ({customers})",
    lambda state, row: state.part("earlier_merges").update({row[1]: EarlierMergeRow.load((row[1], row[0]))}),
)


def refusal(source: str, target: str, *, same: bool) -> Refused | None:
    """Why profiles of these statuses may not be merged, the second being the one that stays; None: they may."""
    if target in DEPARTED or (source in DEPARTED and not same):
        return UnknownCustomer()
    if same:
        return Refused(
            120032, "A customer cannot be merged into itself: name another profile, not an old ID of this one"
        )
    if source == Status.SUSPENDED:
        return Refused(120030, "A suspended customer cannot be merged. Lift the suspension first.")
    if target == Status.SUSPENDED:
        return Refused(120031, "Nobody can be merged into a suspended customer. Lift the suspension first.")
    if target != Status.ACTIVE:
        return Refused(160216, "Customer is not active: profiles are merged into active ones only")
    return None


def merge(event: EventRow, state: State, batch: Batch) -> None:
    """The source's part; the survivor gets an event of its own. Raises Refused."""
    if event.depth:
        return
    target = _survivor(event, state, batch)
    if event.data["kind"] not in MergeKind.values:
        raise WrongField("kind", f"must be one of {', '.join(MergeKind.values)}")
    told = event.follow_up(ACTION, dict(event.data), batch.new_id("events_event_id"))
    # In its own stream it has no cause, and did not come in by an old ID.
    told.customer_id, told.parent_id, told.via_id = target.customer.id, None, None
    batch.emit(told)
    row = batch.add(MergeRow(event, told))
    batch.put(state.part("merge"), ACTION, (row, told))
    row.moved["identities"] = _hand_over(state, target, batch)
    row.filled += _fill(batch.edit(state.customer), batch.edit(target.customer), row.kind)
    state.customer.status = Status.MERGED.value
    state.customer.updated_at = target.customer.updated_at = event.recorded_at


def merge_of(state: State) -> tuple[MergeRow, EventRow]:
    """The merge of this source, and the survivor's event: for the mechanisms that come after."""
    found: tuple[MergeRow, EventRow] = state.part("merge")[ACTION]
    return found


def _survivor(event: EventRow, state: State, batch: Batch) -> State:
    target = batch.target
    if target is None:
        raise UnknownCustomer
    refused = refusal(state.customer.status, target.customer.status, same=target is state)
    if refused:
        raise refused
    # The operation names profiles by their own IDs: another one answers to it if they were merged away meanwhile.
    if (event.data["source"], event.data["target"]) != (state.customer.public_id, target.customer.public_id):
        raise UnknownCustomer
    return target


def _hand_over(state: State, target: State, batch: Batch) -> int:
    """Whatever named the source, or profiles merged into it, names the survivor from now on; how many identities."""
    identities: list[IdentityRow] = list(state.part("identities_to_move").values())
    for row in identities:
        batch.edit(row).customer_id = target.customer.id
        row.origin_id = row.origin_id or state.customer.id
    for earlier in state.part("earlier_merges").values():
        batch.edit(earlier).survivor_id = target.customer.id
    return len(identities)


def _fill(source: CustomerRow, survivor: CustomerRow, kind: str) -> list[str]:
    """Take over what the survivor lacks: the names of these fields."""
    for name, become in FIGURES.items():
        setattr(survivor, name, become(getattr(survivor, name), getattr(source, name)))
    filled = lacking_fields(survivor, source)
    for name in filled:
        setattr(survivor, name, getattr(source, name))
    if kind == MergeKind.FULL:
        ours, theirs = (from_json(row.properties) for row in (survivor, source))
        lacking = lacking_properties(ours, theirs)
        require_room(ours, lacking)
        if lacking:
            survivor.properties = to_json({**ours, **lacking})
        filled += lacking
    return filled


def lacking_fields(ours: Any, theirs: Any) -> list[str]:
    """The built-in fields of the source that the survivor has no value of; of rows or of models."""
    return [name for name in BUILT_IN if getattr(ours, name) in (None, "") and getattr(theirs, name)]


def lacking_properties(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The custom fields of the source that the survivor has no value of."""
    return {
        name: value
        for name, value in theirs.items()
        if name not in MARKS and value not in (None, "") and ours.get(name) in (None, "")
    }


def require_room(ours: Mapping[str, Any], lacking: Mapping[str, Any]) -> None:
    """Raises Refused where the survivor would have more attributes than a customer may."""
    together = {**ours, **lacking}
    if len(together) > MAX_PROPERTIES:
        raise Refused(120034, f"Together they have more than {MAX_PROPERTIES} custom attributes: merge them partially")
    if lacking and len(to_json(together)) > MAX_PROPERTIES_LENGTH:
        most = f"{MAX_PROPERTIES_LENGTH:,} characters of custom attributes"
        raise Refused(120034, f"Together they have more than {most}: merge them partially")


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (IDENTITIES, EARLIER_MERGES)


MECHANISM = Mechanism(frozenset({ACTION}), merge, parts=_parts)
