"""Customers and what they did, made by the engine, as everything is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from customers.models import Customer
from events.orders.enums import CHECKOUT_ACCEPT
from events.orders.models import Transaction
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.program.queries import general_settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TILL = Actor("api")
ENDS = {"refunded": "refund", "rejected": "checkout_reject"}


def tell(*events: Incoming, at: datetime = NOON, by: Actor = TILL) -> list[Outcome]:
    """Record the events; a refused one fails the test."""
    outcomes = record(events, by=by, at=at)
    for outcome in outcomes:
        assert outcome.error is None, outcome.error
    return outcomes


def make_customer(public_id: str = "C-1", *, points: int = 0, at: datetime = NOON, **profile: Any) -> Customer:
    """An active member, of `points` spendable points if any."""
    events = [Incoming(public_id, "opt_in", profile)]
    if points:
        events.append(Incoming(public_id, "point_add", {"points": points}))
    tell(*events, at=at)
    return Customer.objects.get(public_id=public_id)


def make_customers(people: Sequence[dict[str, Any]], at: datetime = NOON) -> list[Customer]:
    """One member for each profile, C-1 and so on."""
    return [make_customer(f"C-{number}", at=at, **profile) for number, profile in enumerate(people, start=1)]


def checkout(customer: Customer, transaction_id: str, total: int | str, **data: Any) -> Incoming:
    """A purchase of one item."""
    item = {
        "transaction_id": transaction_id,
        "product_id": "MUG",
        "product_name": "Blue mug",
        "product_category": "mugs",
        "quantity": 1,
        "price": total,
        "subtotal": total,
    }
    return Incoming(
        customer.public_id, "checkout", {"transaction_id": transaction_id, "total": total, "items": [item], **data}
    )


def make_order(
    customer: Customer, transaction_id: str, status: str = "accepted", total: int | str = 40, **data: Any
) -> Transaction:
    """An order of one item that has come to the status; a draft was only named."""
    if status == "draft":
        tell(Incoming(customer.public_id, "point_add", {"points": 1, "transaction_id": transaction_id}))
    elif status == "pending":
        settings = general_settings()
        modules, settings.modules = settings.modules, [*settings.modules, CHECKOUT_ACCEPT]
        settings.save()
        tell(checkout(customer, transaction_id, total, **data))
        settings.modules = modules
        settings.save()
    else:
        tell(checkout(customer, transaction_id, total, **data))
    if status in ENDS:
        tell(Incoming(customer.public_id, ENDS[status], {"transaction_id": transaction_id}))
    return Transaction.objects.get(customer=customer, transaction_id=transaction_id)
