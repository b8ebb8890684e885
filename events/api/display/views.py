"""The Display API's history: events and orders of one customer, and the events of everybody."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.lookups import customer_asked
from customers.models import Customer
from customers.queries import family
from events.models import Event
from events.orders.models import Transaction
from events.types.models import EventType
from loyalty.api.errors import bad_request, not_found
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER, MAX_LIMIT, Page, neighbours, page_in
from loyalty.api.lists.timeout import bounded
from loyalty.api.lists.walking import Walk
from loyalty.api.views import ApiView
from loyalty.program.queries import general_settings
from loyalty.ui.paging import Order

from .docs import (
    EVENTS_OF_CUSTOMER,
    EVENTS_OF_EVERYBODY,
    EVENTS_OF_TRANSACTION,
    LIST_TRANSACTIONS,
    SEARCH_MANY_TRANSACTIONS,
    SEARCH_TRANSACTIONS,
    SHOW_TRANSACTION,
)
from .filters import EventFilters, EverybodysEventFilters, TransactionFilters, check_flag, check_names, oldest_first
from .objects import Names, event_objects, order_object, read_names
from .queries import count_of_everybodys, events_in, everybodys_events_in, exposed, order_named, orders_in, owners_of

CURE = "ask for a shorter time, or for fewer events by limit and offset"


class DisplayView(ApiView):
    api = Api.DISPLAY

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """In the brand's language, whatever the client's library says that it accepts."""
        with translation.override(settings.LANGUAGE_CODE):
            return super().dispatch(request, *args, **kwargs)

    def customer(self, public_id: str) -> Customer:
        return customer_asked(self.request, public_id)

    def order(self, customer: Customer, transaction_id: str) -> Transaction:
        found = None if "\x00" in transaction_id else order_named(customer.id, transaction_id)
        if found is None:
            raise not_found("Transaction not found", 112210)
        return found

    def names(self) -> tuple[Names, Q]:
        """What things are called, and which events are told of at all."""
        types = list(EventType.objects.prefetch_related("attributes"))
        return read_names(types, general_settings().modules), exposed(types)


class EventsView(DisplayView):
    """Events of one customer. A survivor of merges has those of all profiles that were merged into it."""

    def answer(self, customer: Customer, asked: QuerySet[Event], page: Page) -> Response:
        oldest = oldest_first(self.request.query_params)
        found, more = self.events(customer, asked, page, oldest=oldest)
        return Response({"data": found, **neighbours(self.request, page, more=more)})

    def events(
        self, customer: Customer, asked: QuerySet[Event], page: Page, *, oldest: bool = False
    ) -> tuple[list[dict[str, Any]], bool]:
        """A page of them, and whether there are more."""
        if asked.query.is_empty():
            return [], False
        names, visible = self.names()
        with bounded(what="The list", cure=CURE):
            stop = page.offset + page.limit + 1
            rows = events_in(family(customer.id), asked.filter(visible), page.offset, stop, oldest_first=oldest)
            found = event_objects(rows[: page.limit], names, [customer.id])
        return found, len(rows) > page.limit

    def asked(self) -> tuple[Page, QuerySet[Event]]:
        params = self.request.query_params.dict()
        filters = EventFilters.asked(params)
        check_flag(params, "references")
        return page_in(params), filters.exact


class CustomerEvents(EventsView):
    """Also known as the history."""

    operations = {"get": EVENTS_OF_CUSTOMER}

    def get(self, request: Request, public_id: str) -> Response:
        page, asked = self.asked()
        return self.answer(self.customer(public_id), asked, page)


class TransactionEvents(EventsView):
    """Every event that names the ID of an order of the customer."""

    operations = {"get": EVENTS_OF_TRANSACTION}

    def get(self, request: Request, public_id: str, transaction_id: str) -> Response:
        page, asked = self.asked()
        customer = self.customer(public_id)
        order = self.order(customer, transaction_id)
        return self.answer(customer, asked.filter(transaction_id=order.transaction_id), page)


class TransactionDetail(EventsView):
    """One order of the customer: a list of one, as existing clients expect."""

    operations = {"get": SHOW_TRANSACTION}

    def get(self, request: Request, public_id: str, transaction_id: str) -> Response:
        check_names(request.query_params.keys(), ())
        customer = self.customer(public_id)
        order = self.order(customer, transaction_id)
        found = order_object(order).written()
        if "events" in request.query_params.get("fields", "").split(","):
            of_order = Event.objects.filter(transaction_id=order.transaction_id)
            found["events"], _ = self.events(customer, of_order, Page(MAX_LIMIT, 0))
        return Response({"data": [found]})


class AllEvents(DisplayView):
    """Of everybody, whoever that is now: those of merged profiles are the survivor's."""

    operations = {"get": EVENTS_OF_EVERYBODY}

    def get(self, request: Request) -> Response:
        params = request.query_params.dict()
        page = page_in(params)
        params.pop("after", None)
        asked = EverybodysEventFilters.asked(params).exact
        oldest = oldest_first(params)
        if asked.query.is_empty():
            return Response({"total": 0, "data": []})
        names, visible = self.names()
        asked = asked.filter(visible)
        walk = Walk(page, "-/events", Order("occurred_at", descending=not oldest))
        with bounded(what="The list", cure=CURE):
            rows = everybodys_events_in(asked.filter(*walk.where), *walk.bounds, oldest_first=oldest)
            found = _of_everybody(rows[: page.limit], names)
            total = count_of_everybodys(asked)
        more = len(rows) > page.limit
        return Response({"total": total, "data": found, **neighbours(request, page, more=more, after=walk.after(rows))})


def _of_everybody(rows: Sequence[Event], names: Names) -> list[dict[str, Any]]:
    owners = owners_of({event.customer_id for event in rows})
    public_ids = {profile: public_id for profile, (_, public_id) in owners.items()}
    return event_objects(rows, names, {owner for owner, _ in owners.values()}, public_ids)


class Transactions(DisplayView):
    """The customer's orders, the last recorded first. Orders of guests are nobody's until they are claimed."""

    operations = {"get": LIST_TRANSACTIONS}

    def get(self, request: Request, public_id: str) -> Response:
        params = request.query_params.dict()
        page = page_in(params)
        found, more = self.orders(public_id, params, page)
        return Response({"data": found, **neighbours(request, page, more=more)})

    def orders(self, public_id: str, params: Mapping[str, Any], page: Page) -> tuple[list[dict[str, Any]], bool]:
        asked = TransactionFilters.asked(params).exact
        customer = self.customer(public_id)
        with bounded(what="The list", cure=CURE):
            rows = orders_in(customer.id, asked, page.offset, page.offset + page.limit + 1)
        return [order_object(row).written() for row in rows[: page.limit]], len(rows) > page.limit


class TransactionSearch(Transactions):
    """The same by GET; by POST the body says what the query would, with room for thousands of IDs."""

    operations = {"get": SEARCH_TRANSACTIONS, "post": SEARCH_MANY_TRANSACTIONS}
    changes_nothing = True

    def post(self, request: Request, public_id: str) -> Response:
        asked = {name: value for name, value in self.body().items() if value is not None}
        if both := asked.keys() & request.query_params.keys():
            raise bad_request(f"{min(both)} is in the query and in the body: send it once", INVALID_PARAMETER)
        params = {**request.query_params.dict(), **asked}
        found, _ = self.orders(public_id, params, page_in(params))
        return Response({"data": found})
