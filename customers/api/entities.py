"""`/entities/core/customer`: customers, made by `opt_in`, changed by `profile`, and opted out where they are deleted."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from customers.fields.models import Field
from customers.models import Customer
from customers.queries import customer_of, customers_named
from loyalty.api.docs.shapes import TEXT, described, one_of, request_body
from loyalty.api.entities.calls import UNIQUE
from loyalty.api.entities.pairs import Caller, EntityPair, EntityWrites
from loyalty.api.keys.enums import Api
from loyalty.api.lists.timeout import bounded
from loyalty.api.problems import ApiError, bad_request
from loyalty.engine.events import Incoming
from loyalty.engine.status import Status
from loyalty.intake.api import record_for
from loyalty.intake.reading import read_event
from loyalty.program.queries import general_settings

from .docs import ann
from .filters import CustomerFilters, ordered, read_filters
from .lookups import customer_asked
from .objects import customer_objects
from .schemas import CUSTOMER, PROFILE

# What names the address, and not what is recorded.
_APART = frozenset({"id", "status"})
_BODY = request_body(
    "NewCustomer",
    {
        "id": TEXT,
        "status": described(
            one_of("active", "inactive"), "An inactive one has not enrolled: `subscribe`, not `opt_in`."
        ),
        "first_name": TEXT,
    },
    description="The attributes of `opt_in` as well.",
)


def _object(customer: Customer) -> dict[str, Any]:
    return customer_objects([customer], frozenset())[0]


def _listed(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """Those whom a search finds."""
    statuses = [Status.ACTIVE, Status.SUSPENDED, *([Status.INACTIVE] if general_settings().show_inactive else [])]
    found = ordered(read_filters(asked)) if asked else Customer.objects.order_by("id")
    with bounded(what="The list", cure="ask for a smaller offset, or for an attribute"):
        return customer_objects(list(found.filter(status__in=statuses)[start:stop]), frozenset())


def _found(id: str) -> dict[str, Any] | None:
    found = customer_of("id", id)
    return _object(found) if found else None


def _id_of(text: str, by: Caller) -> str:
    """An external ID may name somebody as well, if the key may."""
    try:
        return customer_asked(by.request, text).public_id
    except ApiError as error:
        if error.status == 404:
            raise bad_request("Entity not found") from None
        raise


def _searchable_fields() -> Collection[str]:
    found = Field.objects.filter(active=True, searchable=True, external_id=False)
    return list(found.values_list("slug", flat=True))


def _create(body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    if body.get("id") in (None, ""):
        raise bad_request(UNIQUE)
    named = {"customer": body["id"], "action": _enrolling(body), "data": _attributes(body)}
    event = read_event(named)
    if customers_named([event.customer]):
        raise bad_request(UNIQUE)
    return _recorded(event, by)


def _enrolling(body: Mapping[str, Any]) -> str:
    actions = {None: "opt_in", "": "opt_in", "active": "opt_in", "inactive": "subscribe"}
    status = body.get("status")
    if not (status is None or isinstance(status, str)) or status not in actions:
        raise bad_request("'status' must be active or inactive")
    return actions[status]


def _update(id: str, body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    if body.get("status") is not None:
        raise bad_request("'status' is changed by events: opt_in, suspend, unsuspend, opt_out")
    return _recorded(Incoming(id, "profile", _attributes(body)), by)


def _attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in _APART}


def _recorded(event: Incoming, by: Caller) -> dict[str, Any]:
    assert by.view is not None
    outcome = record_for(by.view, event)
    assert outcome.state is not None
    return _object(Customer.objects.get(id=outcome.state.customer.id))


def customer_pair(delete: Callable[[str, Caller], None]) -> EntityPair:
    """`delete` opts somebody out, which is of a room above this one."""
    return EntityPair(
        "core",
        "customer",
        _listed,
        _found,
        CUSTOMER,
        ann,
        writes=EntityWrites(
            create=_create,
            update=_update,
            delete=delete,
            created=CUSTOMER,
            create_body=_BODY,
            update_body=PROFILE,
        ),
        filters=CustomerFilters,
        searchable_too=_searchable_fields,
        id_of=_id_of,
        scope=Api.CUSTOMERS,
        personal=True,
    )
