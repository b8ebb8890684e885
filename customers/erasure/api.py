"""Opt-out and its receipt, for integrators: ours, no part of the interface that existing clients know."""

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.docs import ERASED, OPT_OUT
from customers.api.lookups import customer_asked
from customers.queries import customer_of
from loyalty.api.access.scopes import check_action, key_of
from loyalty.api.entities.pairs import Caller
from loyalty.api.keys.enums import Api
from loyalty.api.problems import bad_request, not_found
from loyalty.api.views import ApiView
from loyalty.intake.api import actor

from .models import Erasure
from .operations import receipt, record_opt_out


class CustomerOptOut(ApiView):
    """The event `opt_out`; answers the receipt, whose open places follow."""

    api = Api.CUSTOMERS
    operations = {"post": OPT_OUT}

    def post(self, request: Request, public_id: str) -> Response:
        check_action(key_of(request), "opt_out")
        customer = customer_asked(request, public_id)
        return Response(receipt(record_opt_out(customer, by=actor(request), at=timezone.now())))


def delete_entity(id: str, by: Caller) -> None:
    """The customer of this ID is opted out, by the key of the caller. Raises ApiError, Refused."""
    check_action(key_of(by.request), "opt_out")
    customer = customer_of("id", id)
    if customer is None:
        raise bad_request("Entity not found")
    record_opt_out(customer, by=actor(by.request), at=by.at)


class ErasureReceipt(ApiView):
    api = Api.CUSTOMERS
    operations = {"get": ERASED}

    def get(self, request: Request, reference: UUID) -> Response:
        found = Erasure.objects.filter(reference=reference).first()
        if found is None:
            raise not_found("Erasure not found", 160217)
        return Response(receipt(found))
