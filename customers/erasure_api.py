"""Opt-out and its receipt, for integrators: ours, no part of the interface that existing clients know."""

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from events.api import actor
from loyalty.api.problems import not_found, unknown_customer
from loyalty.api.views import ApiView
from loyalty.staff.enums import Api

from .described_operations import ERASED, OPT_OUT
from .erasing import opt_out, receipt
from .models import Erasure
from .queries import customer_named


class CustomerOptOut(ApiView):
    """The event `opt_out`; answers the receipt, whose open places follow."""

    api = Api.CUSTOMERS
    operations = {"post": OPT_OUT}

    def post(self, request: Request, public_id: str) -> Response:
        customer = customer_named(public_id)
        if customer is None:
            raise unknown_customer()
        return Response(receipt(opt_out(customer, by=actor(request), at=timezone.now())))


class ErasureReceipt(ApiView):
    api = Api.CUSTOMERS
    operations = {"get": ERASED}

    def get(self, request: Request, reference: UUID) -> Response:
        found = Erasure.objects.filter(reference=reference).first()
        if found is None:
            raise not_found("Erasure not found")
        return Response(receipt(found))
