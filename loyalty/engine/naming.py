"""The names in events, brought into their one form before anything is compared or stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from loyalty.identifiers import forms, normal

from .events import Incoming, Ref

# Attributes that name orders and customers.
NAMING = ("transaction_id", "referrer", "referred")


def in_one_form(events: Sequence[Incoming]) -> Sequence[Incoming]:
    """The same events; a name that stands in the database exactly as it was sent, from before there was one form, stays.

    One query, and none where every name is in the one form: no other is made any more.
    """
    odd = [event for event in events if _is_odd(event)]
    if not odd:
        return events
    refs = {ref for event in odd for ref in _refs(event)}
    orders = {name for event in odd if isinstance(name := event.data.get("transaction_id"), str)}
    stored, known = _stored(refs, orders)
    return [_settled(event, stored, known) if _is_odd(event) else event for event in events]


def _refs(event: Incoming) -> list[Ref]:
    return [(event.scheme, event.customer), *([event.target] if event.target else [])]


def _is_odd(event: Incoming) -> bool:
    named = [event.customer, *(event.data.get(name) for name in NAMING), *(event.target or ())[1:]]
    return any(isinstance(name, str) and normal(name) != name for name in named)


def _stored(refs: set[Ref], orders: set[str]) -> tuple[set[Ref], set[str]]:
    """Of the identities and the orders, those that are stored in just this form, which is not the one of today."""
    odd_refs = [ref for ref in refs if len(forms(ref[1])) > 1]
    odd_orders = [name for name in orders if len(forms(name)) > 1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.scheme, i.value FROM customers_identity i JOIN unnest(%s::text[], %s::text[]) AS asked(scheme, value)"
            " USING (scheme, value) UNION ALL"
            " SELECT NULL, asked.id FROM unnest(%s::text[]) AS asked(id) WHERE"
            " EXISTS (SELECT FROM events_transaction t WHERE t.transaction_id = asked.id)"
            " OR EXISTS (SELECT FROM events_guestorder g WHERE g.transaction_id = asked.id)",
            [[scheme for scheme, _ in odd_refs], [value for _, value in odd_refs], odd_orders],
        )
        found = cursor.fetchall()
    return {(s, value) for s, value in found if s is not None}, {value for s, value in found if s is None}


def _settled(event: Incoming, stored: set[Ref], known: set[str]) -> Incoming:
    order = event.data.get("transaction_id")
    return replace(
        event,
        customer=_form(event.scheme, event.customer, stored)[1],
        target=_form(*event.target, stored) if event.target else None,
        data={**event.data, **_names(event.data)},
        order=order if isinstance(order, str) and order in known else event.order,
    )


def _form(scheme: str, value: str, stored: set[Ref]) -> Ref:
    return (scheme, value) if (scheme, value) in stored else (scheme, normal(value))


def _names(data: dict[str, Any]) -> dict[str, str]:
    return {name: normal(value) for name in NAMING if isinstance(value := data.get(name), str)}
