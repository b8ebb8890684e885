"""All that the model knows of each customer, in the form in which the tests read it back from the database."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .machine import Model
from .state import Member, Order
from .values import Data


def plain(data: Any) -> Any:
    """As it comes out of a store of JSON."""
    return json.loads(json.dumps(data, default=float), parse_float=float)


def end_state(model: Model) -> Iterator[tuple[str, Data]]:
    for name, member in sorted(model.members.items()):
        yield (
            name,
            {
                "fields": member.fields,
                "properties": plain(member.properties),
                "balances": _balances(member),
                "lots": [
                    (lot.account, lot.event, lot.points, lot.left, lot.expired, lot.earned_at, lot.expires_at)
                    for lot in member.lots
                ],
                "events": [
                    (
                        event.action,
                        event.points,
                        event.account,
                        plain(event.data),
                        event.transaction,
                        event.when,
                        event.cause,
                    )
                    for event in member.events
                ],
                "entries": moved(member.entries),
                "pending": [
                    (row.event, row.account, row.points, row.transaction, row.line, row.due_at, row.settled_by)
                    for row in member.pending
                ],
                "orders": {id: _order(order) for id, order in member.orders.items()},
                "told": member.told,
            },
        )


def moved(entries: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """(event, account, kind, lot) → points: one entry or several, in whatever order."""
    found: Counter[tuple[Any, ...]] = Counter()
    for event, account, kind, points, lot in entries:
        found[event, account, kind, lot] += points
    return dict(found)


def _balances(member: Member) -> dict[str, tuple[Any, ...]]:
    return {
        account: (found.earned, found.spent, found.expired, found.reserved, found.pending, found.debt, found.active_at)
        for account, found in member.balances.items()
    }


def _order(order: Order) -> Data:
    return {
        "status": order.status, "event": order.event, "account": order.account, "currency": order.currency,
        "total": order.total, "refunded": order.refunded, "earned": order.all_earned,
        "taken_back": order.taken_back, "burned": order.burned, "given_back": order.given_back,
        "reserved": order.reserved, "created_at": order.created_at, "updated_at": order.updated_at,
        "checkout_at": order.checkout_at, "accept_at": order.accept_at, "accepted_at": order.accepted_at,
        "items": [
            (
                line.id, line.product_id, float(line.quantity), float(line.subtotal), float(line.returned),
                float(line.refunded), line.earned, line.lot, line.accepted,
            )
            for line in order.lines
        ],
    }  # fmt: skip
