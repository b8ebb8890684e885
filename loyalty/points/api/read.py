"""What the Read API tells of points."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from customers.api.v1.objects import ReadCustomerPart
from customers.models import Customer
from events.api.v1.objects import ReadEventPart
from events.models import Event
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.expiry import last_day
from loyalty.api.access.dates import iso_date
from loyalty.api.wire import Day, Moment, WireObject, fields_of, optional_in
from loyalty.points.history.uses import Change, Uses, changes_of, snapshots_of, uses_of
from loyalty.points.ledger.models import Lot
from loyalty.points.ledger.queries import balances_of_all
from loyalty.program.queries import general_settings

from .objects import EXAMPLES, ReadPointsObject, read_points


class ReadChangeObject(WireObject):
    id: str
    at: Moment
    by: Annotated[str | UnsetType, Meta(description="The ID of the member of staff.")] = UNSET


class ReadSnapshotObject(WireObject):
    score: int
    spent: int
    pending: int
    expired: int


class EventPointsObject(WireObject):
    """What is told of an event. The last four are of what earned points."""

    snapshot: Annotated[
        ReadSnapshotObject,
        Meta(description="The figures of the default account right after it was recorded."),
    ]
    change: Annotated[
        ReadChangeObject | UnsetType,
        Meta(description="The last change of the day on which its points expire."),
    ] = UNSET
    expdate: Annotated[
        Day | UnsetType, Meta(description="The last day on which the points that it earned are valid.")
    ] = UNSET
    usages: Annotated[
        dict[str, int] | UnsetType,
        Meta(description="By event, how many of the points it used; fewer than none if it gave some back."),
    ] = UNSET
    used_points: Annotated[int | UnsetType, Meta(description="All of these.")] = UNSET
    expired: Annotated[bool | UnsetType, Meta(description="Of what earned points: whether none of them is left.")] = (
        UNSET
    )


def _of_events(customer: Customer, family: Sequence[int], events: Sequence[Event]) -> dict[int, dict[str, Any]]:
    """The balance right after each event, the last change of its date, and what became of what it earned."""
    ids = [event.id for event in events]
    lots = _lots(customer.id, ids)
    uses = uses_of(family, [lot for found in lots.values() for lot in found])
    changes, snapshots = changes_of(family, ids), snapshots_of(customer.id, events)
    return {
        id: EventPointsObject(
            change=_change(id, changes.get(id)),
            snapshot=ReadSnapshotObject(**snapshots[id]),
            **(_earned(lots[id], uses) if id in lots else {}),
        ).written()
        for id in ids
    }


def _lots(customer_id: int, event_ids: Sequence[int]) -> dict[int, list[Lot]]:
    found: defaultdict[int, list[Lot]] = defaultdict(list)
    for lot in Lot.objects.filter(customer_id=customer_id, event_id__in=event_ids).order_by("id"):
        found[lot.event_id].append(lot)
    return dict(found)


def _earned(lots: Sequence[Lot], used: Uses) -> dict[str, Any]:
    ends = [lot.expires_at for lot in lots if lot.expires_at]
    uses = Counter[str]()
    for lot in lots:
        uses.update({str(user): points for user, points in used.get(lot.id, {}).items()})
    return {
        "expdate": last_day(min(ends)).isoformat() if ends else UNSET,
        "usages": dict(uses) or UNSET,
        "used_points": sum(uses.values()) if uses else UNSET,
        "expired": not any(lot.remaining for lot in lots),
    }


def _change(event_id: int, change: Change | None) -> ReadChangeObject | UnsetType:
    if change is None:
        return UNSET
    # Events are never rewritten: the one before the change is this one.
    return ReadChangeObject(
        id=str(event_id), at=iso_date(change.at), by=str(change.staff_id) if change.staff_id else UNSET
    )


READ_EVENT = ReadEventPart(_of_events, fields_of(EventPointsObject), optional_in(EventPointsObject))


def _of_customers(customers: Sequence[Customer]) -> dict[int, dict[str, Any]]:
    """The default account's figures, and all accounts while there are several."""
    has_accounts = MULTI_ACCOUNTS in general_settings().modules
    return {
        id: read_points(default, all_ if has_accounts else None).written()
        for id, (default, all_) in balances_of_all([customer.id for customer in customers]).items()
    }


def _example(id: str) -> dict[str, int]:
    earned = EXAMPLES.get(id, 0)
    none = dict.fromkeys(("spent", "reserved", "expired", "pending"), 0)
    return {"score": earned, "point_balance": earned, **none}


READ_CUSTOMER = ReadCustomerPart(_of_customers, fields_of(ReadPointsObject), _example)
