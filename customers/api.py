from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.errors import not_found
from loyalty.api.views import ApiView
from loyalty.points.queries import balances_of, expiring_points
from loyalty.staff.enums import Module
from loyalty.staff.queries import general_settings

from .models import Customer
from .queries import customer_by_public_id
from .serializers import account_object, customer_object, expiring_object


class CustomerDetail(ApiView):
    def get(self, request: Request, public_id: str) -> Response:
        customer = customer_by_public_id(public_id)
        if customer is None:
            raise not_found("Customer not found", 160212)
        default, balances = balances_of(customer.id)
        has_accounts = Module.MULTI_ACCOUNTS in general_settings().modules
        accounts = [account_object(balance) for balance in balances] if has_accounts else None
        return Response(customer_object(customer, default, accounts) | self._optional(customer))

    def _optional(self, customer: Customer) -> dict[str, Any]:
        """What `fields` asks for besides; what is unknown or switched off is left out."""
        fields = set(self.request.query_params.get("fields", "").split(","))
        history = "expiring_points.history" in fields
        if not (history or "expiring_points" in fields) or Module.EXPIRING_POINTS not in general_settings().modules:
            return {}
        expiring = expiring_points(customer.id)
        return {"expiring_points": expiring_object(expiring, timezone.localdate(), history=history)}
