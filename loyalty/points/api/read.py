"""What the Read API tells of points."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from customers.api.v1.objects import ReadCustomerPart
from customers.models import Customer
from events.api.v1.objects import ReadEventPart
from events.models import Event
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.expiry import last_day
from loyalty.api.access.dates import iso_date
from loyalty.points.history.uses import Change, Uses, changes_of, snapshots_of, uses_of
from loyalty.points.ledger.models import Balance, Lot
from loyalty.points.ledger.queries import balances_of_all
from loyalty.program.queries import general_settings

from .schemas import EXAMPLES, OF_READ_CUSTOMER


def _of_events(customer: Customer, family: Sequence[int], events: Sequence[Event]) -> dict[int, dict[str, Any]]:
    """The balance right after each event, the last change of its date, and what became of what it earned."""
    ids = [event.id for event in events]
    lots = _lots(customer.id, ids)
    uses = uses_of(family, [lot for found in lots.values() for lot in found])
    changes, snapshots = changes_of(family, ids), snapshots_of(customer.id, events)
    return {
        id: {
            "change": _change(id, changes.get(id)),
            "snapshot": snapshots[id],
            **(_earned(lots[id], uses) if id in lots else {}),
        }
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
        "expdate": last_day(min(ends)).isoformat() if ends else None,
        "usages": dict(uses) or None,
        "used_points": sum(uses.values()) if uses else None,
        "expired": not any(lot.remaining for lot in lots),
    }


def _change(event_id: int, change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    by = {"by": str(change.staff_id)} if change.staff_id else {}
    # Events are never rewritten: the one before the change is this one.
    return {"id": str(event_id), "at": iso_date(change.at), **by}


READ_EVENT = ReadEventPart(_of_events)


def _of_customers(customers: Sequence[Customer]) -> dict[int, dict[str, Any]]:
    """The default account's figures, and all accounts while there are several."""
    has_accounts = MULTI_ACCOUNTS in general_settings().modules
    return {
        id: {**_figures(default), **({"accounts": _accounts(all_)} if has_accounts else {})}
        for id, (default, all_) in balances_of_all([customer.id for customer in customers]).items()
    }


def _figures(balance: Balance) -> dict[str, int]:
    names = ("spent", "reserved", "expired", "pending", "point_balance")
    return {"score": balance.earned, **{name: getattr(balance, name) for name in names}}


def _accounts(balances: Iterable[Balance]) -> dict[str, Any]:
    names = ("earned", "reserved", "spent", "pending", "expired", "point_balance")
    return {
        one.account.slug: {
            "name": one.account.name,
            "type": one.account.type,
            "default": one.account.is_default,
            **{name: getattr(one, name) for name in names},
            "negative_points": one.account.negative_points,
        }
        for one in balances
    }


def _example(id: str) -> dict[str, int]:
    earned = EXAMPLES.get(id, 0)
    none = dict.fromkeys(("spent", "reserved", "expired", "pending"), 0)
    return {"score": earned, "point_balance": earned, **none}


READ_CUSTOMER = ReadCustomerPart(_of_customers, OF_READ_CUSTOMER, _example)
