"""The life of a member by the API: suspend, unsuspend, opt in, log in. Each answers the customer object."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.docs import ENTRIES, LOG_IN, OPT_IN, SUSPEND, UNSUSPEND
from customers.api.lookups import customer_asked, identity_asked
from customers.api.views import CustomerDetail
from customers.models import Customer
from loyalty.api.problems import bad_request
from loyalty.intake.api import record_for
from loyalty.intake.reading import read_event
from loyalty.program.queries import general_settings


class LifeAction(CustomerDetail):
    """One event of the customer in the path, its attributes the body."""

    http_method_names = ["post"]
    action: ClassVar[str]

    def post(self, request: Request, public_id: str) -> Response:
        customer_asked(request, public_id)  # the very ID: an event's is read with idle spaces, and refused otherwise
        return self.act(request, public_id)

    def act(self, request: Request, public_id: str) -> Response:
        scheme, value = identity_asked(request, public_id)
        return self.answer(value, "" if scheme == "id" else scheme, self.body())

    def answer(self, customer: Any, scheme: Any, data: Mapping[str, Any]) -> Response:
        named = {"customer": customer, "external_id": scheme, "action": self.action, "data": data}
        outcome = record_for(self, read_event(named))
        assert outcome.state
        return self.shown(Customer.objects.get(id=outcome.state.customer.id))


class Suspend(LifeAction):
    action = "suspend"
    operations = {"post": SUSPEND}


class Unsuspend(LifeAction):
    action = "unsuspend"
    operations = {"post": UNSUSPEND}


class OptIn(LifeAction):
    """Of somebody new, too."""

    action = "opt_in"
    operations = {"post": OPT_IN}

    def post(self, request: Request, public_id: str) -> Response:
        return self.act(request, public_id)


class LogIn(LifeAction):
    """The brand has authenticated the customer, whom the body names; no password is kept here."""

    action = "login"
    operations = {"post": LOG_IN}

    def post(self, request: Request, public_id: str = "") -> Response:
        body = self.body()
        return self.answer(body.get("customer"), body.get("external_id"), {})


class Auth(LogIn):
    """What shop plug-ins ask for: entries of types, of which some look for `customer` and some take the second."""

    http_method_names = ["get", "post"]
    operations = {"get": ENTRIES, **LogIn.operations}

    def get(self, request: Request, public_id: str = "") -> Response:
        name = request.query_params.get("customer", "")
        if not name:
            raise bad_request("'customer' is required: the ID of a customer")
        settings = {"currency": general_settings().currency}
        customer = self._object(customer_asked(request, name))
        return Response([{"type": "settings", "data": settings}, {"type": "customer", "data": customer}])
