"""`/v1/customers`: the Read API of customers."""

from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Customer
from loyalty.api.access.scopes import ID, check_scheme, key_of
from loyalty.api.keys.enums import Api
from loyalty.api.lists.asking import collection, in_time, parse_list_query, single
from loyalty.api.lists.docs import get_many, get_one
from loyalty.api.lists.walking import Walk
from loyalty.api.problems import unknown_customer
from loyalty.api.views import ApiView

from .docs import CUSTOMER, examples, list_examples
from .filters import CustomerFilters
from .objects import customer_entities
from .queries import listed_customer, listed_customers, walked_order


def known_customer(request: Request, public_id: str) -> Customer:
    """Whom the address names, if the key may name customers by their ID; raises ApiError."""
    check_scheme(key_of(request), ID)
    customer = listed_customer(public_id)
    if customer is None:
        raise unknown_customer()
    return customer


class ReadCustomers(ApiView):
    api = Api.READ
    generation = "read"
    operations = {
        "get": get_many(
            "List customers",
            "customers",
            CUSTOMER,
            CustomerFilters,
            "In the order of their creation, unless another one is asked for. Who has opted out or was banned is erased and not"
            " listed; of who was merged into another one, only that.",
            of_customer=False,
            examples=list_examples,
        )
    }

    def get(self, request: Request) -> Response:
        asked = parse_list_query(request, CustomerFilters, walked=True)
        walk = Walk(asked.page, "v1/customers", walked_order(asked.order))
        with in_time():
            rows = list(listed_customers(asked).filter(*walk.where)[slice(*walk.bounds)])
            found = customer_entities(rows[: asked.page.limit])
        more = len(rows) > asked.page.limit
        return collection(request, asked.page, "customers", found, more=more, after=walk.after(rows))


class ReadCustomer(ApiView):
    api = Api.READ
    generation = "read"
    operations = {"get": get_one("Get a customer", CUSTOMER, examples=examples)}

    def get(self, request: Request, public_id: str) -> Response:
        return single(customer_entities([known_customer(request, public_id)])[0])
