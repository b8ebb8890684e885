"""`/v1/customers/{id}/events` and `/transactions`: the Read API of what a customer did."""

from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.v1.views import known_customer
from customers.queries import family
from loyalty.api.keys.enums import Api
from loyalty.api.lists.asking import collection, in_time, parse_list_query
from loyalty.api.lists.docs import get_many
from loyalty.api.views import ApiView

from .docs import EVENT, EVENT_EXAMPLES, TRANSACTION, TRANSACTION_EXAMPLES
from .filters import EventFilters, TransactionFilters
from .objects import event_entities
from .orders import transaction_entities
from .queries import listed_events, listed_transactions


class ReadEvents(ApiView):
    api = Api.READ
    generation = "read"
    operations = {
        "get": get_many(
            "List a customer's events",
            "events",
            EVENT,
            EventFilters,
            "The newest first, unless another order is asked for; those of profiles that were merged into the customer among"
            " them. Texts are compared by their characters.",
            examples=EVENT_EXAMPLES,
        )
    }

    def get(self, request: Request, public_id: str) -> Response:
        asked = parse_list_query(request, EventFilters)
        customer = known_customer(request, public_id)
        with in_time():
            profiles = family(customer.id)
            rows = listed_events(profiles, asked)
            found = event_entities(customer, profiles, rows[: asked.page.limit])
        return collection(request, asked.page, "events", found, more=len(rows) > asked.page.limit)


class ReadTransactions(ApiView):
    api = Api.READ
    generation = "read"
    operations = {
        "get": get_many(
            "List a customer's transactions",
            "transactions",
            TRANSACTION,
            TransactionFilters,
            "The newest first, unless another order is asked for; those of profiles that were merged into the customer among"
            " them. Texts are compared by their characters.",
            examples=TRANSACTION_EXAMPLES,
        )
    }

    def get(self, request: Request, public_id: str) -> Response:
        asked = parse_list_query(request, TransactionFilters)
        customer = known_customer(request, public_id)
        with in_time():
            rows = listed_transactions(customer.id, asked)
            found = transaction_entities(customer, family(customer.id), rows[: asked.page.limit])
        return collection(request, asked.page, "transactions", found, more=len(rows) > asked.page.limit)
