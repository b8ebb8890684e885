"""`/customers/{id}`: the customer object, and what is done to one customer."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from customers.enums import MergeKind
from customers.merging.operations import record_merge
from customers.models import Customer
from loyalty.api.access.scopes import check_action, key_of
from loyalty.api.errors import bad_request
from loyalty.api.keys.enums import Api
from loyalty.api.views import ApiView
from loyalty.contributions import contributed
from loyalty.engine.events import Incoming
from loyalty.intake.api import actor, record_for

from .docs import MERGE, SHOW, UPDATE
from .lookups import customer_asked, identity_asked
from .objects import CustomerAnswer, customer_objects, read_fields


class CustomerDetail(ApiView):
    api = Api.CUSTOMERS
    operations = {"get": SHOW, "post": UPDATE}

    def get(self, request: Request, public_id: str) -> Response:
        return self.shown(customer_asked(request, public_id))

    def shown(self, customer: Customer) -> Response:
        """The customer object, with what the query string asks for."""
        query = self.request.query_params
        asked = [answer.read(customer, query) for answer in contributed(CustomerAnswer)]
        found = self._object(customer)
        for shown in asked:
            found |= shown
        return Response(found)

    def post(self, request: Request, public_id: str) -> Response:
        """A `profile` event of the body's attributes."""
        customer, (scheme, value) = customer_asked(request, public_id), identity_asked(request, public_id)
        # By the identity of the path: the event keeps by which one it came.
        incoming = Incoming(value, "profile", self.body(), scheme=scheme)
        record_for(self, incoming)
        # The address may have named it by what was just changed.
        customer.refresh_from_db()
        return Response(self._object(customer))

    def _object(self, customer: Customer) -> dict[str, Any]:
        return customer_objects([customer], read_fields(self.request.query_params.get("fields", "")))[0]


class CustomerMerge(ApiView):
    """The customer of the path goes into the target, which stays. Answers an empty object: what stays is the target."""

    api = Api.CUSTOMERS
    operations = {"post": MERGE}

    def post(self, request: Request, public_id: str) -> Response:
        check_action(key_of(request), "customer_merge")
        body = self.body()
        source, target = self._customer(public_id), self._customer(body.get("target"), "target")
        # The older form names the source in the body, too.
        if "source" in body and self._customer(body["source"], "source") != source:
            raise bad_request("'source' must be the customer of the address: it is merged into 'target'")
        kind = body.get("kind", MergeKind.FULL.value)
        self.concerns(target.id)
        record_merge(source, target, kind=kind, by=actor(request), at=timezone.now())
        return Response({})

    def _customer(self, name: object, attribute: str = "id") -> Customer:
        if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
            raise bad_request(f"'{attribute}' property is required: the ID of a customer")
        return customer_asked(self.request, str(name))
