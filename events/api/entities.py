"""`/entities/core/transaction`: orders, made by `checkout` and read as the Display API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet

from customers.api.lookups import identity_asked
from events.orders.models import WHEN, Transaction
from loyalty.api.access.scopes import check_api, key_of
from loyalty.api.docs.shapes import TEXT, described, request_body, shape
from loyalty.api.entities.calls import UNIQUE
from loyalty.api.entities.pairs import Caller, EntityPair, EntityWrites
from loyalty.api.keys.enums import Api
from loyalty.api.lists.timeout import bounded
from loyalty.api.problems import bad_request
from loyalty.api.wire import fields_of, optional_in
from loyalty.engine.status import DEPARTED
from loyalty.identifiers import forms
from loyalty.intake.api import record_for
from loyalty.intake.reading import read_event

from .display.docs import JUGS
from .display.objects import TransactionObject, order_object
from .display.queries import order_named
from .filters import OrderFilters

_SCHEMA = shape(
    "TransactionEntity",
    {**fields_of(TransactionObject), "customer": described(TEXT, "The ID of the customer.")},
    optional=optional_in(TransactionObject),
)
_BODY = request_body(
    "NewTransaction",
    {"id": described(TEXT, "Your ID of the order."), "customer": described(TEXT, "Whose it is.")},
    required=["customer"],
    description="The attributes of `checkout` as well.",
)


def _object(order: Transaction) -> dict[str, Any]:
    return {**order_object(order).written(), "customer": order.customer.public_id}


def _listed(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """The newest first."""
    found = OrderFilters(asked, _orders()).exact.order_by(WHEN.desc(), "-id")
    with bounded(what="The list", cure="ask for a smaller offset, or for a customer"):
        return [_object(one) for one in found[start:stop]]


def _orders() -> QuerySet[Transaction]:
    """Of everybody whose profile is not gone."""
    return Transaction.objects.select_related("customer").exclude(customer__status__in=DEPARTED)


def _found(id: str) -> dict[str, Any] | None:
    """The receipt of that ID; else a draft, of which several customers may have one."""
    named = _orders().filter(transaction_id__in=forms(id))
    found = named.order_by(F("event_id").asc(nulls_last=True), "id").first()
    return _object(found) if found else None


def _is_taken(id: str) -> bool:
    """A draft is what a checkout completes, whoever's it is."""
    return Transaction.objects.filter(transaction_id__in=forms(id), event_id__isnull=False).exists()


def _create(body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    """Raises ApiError, Refused: what is wrong with a checkout."""
    check_api(key_of(by.request), Api.EVENTS)
    id, customer = body.get("id"), body.get("customer")
    if id in (None, "") or _is_taken(str(id)):
        raise bad_request(UNIQUE)
    if customer in (None, ""):
        raise bad_request("'customer' property is required")
    scheme, value = identity_asked(by.request, str(customer))
    attributes = {name: given for name, given in body.items() if name not in ("id", "customer")}
    data = {**attributes, "transaction_id": id}
    event = read_event(
        {"customer": value, "external_id": scheme if scheme != "id" else "", "action": "checkout", "data": data}
    )
    assert by.view is not None
    outcome = record_for(by.view, event)
    assert outcome.state is not None
    made = order_named(outcome.state.customer.id, str(id))
    assert made is not None
    return _object(made)


TRANSACTIONS = EntityPair(
    "core",
    "transaction",
    _listed,
    _found,
    _SCHEMA,
    {**JUGS, "customer": "0519001"},
    writes=EntityWrites(create=_create, created=_SCHEMA, create_body=_BODY),
    filters=OrderFilters,
    scope=Api.DISPLAY,
    personal=True,
)
