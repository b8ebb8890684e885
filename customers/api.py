from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from events.api import actor
from events.serializers import refusal
from loyalty.api.errors import bad_request, not_found
from loyalty.api.views import ApiView
from loyalty.engine.types import Refused
from loyalty.points.balances import balances_at
from loyalty.points.queries import balances_of, expiring_points, reset_date
from loyalty.staff.enums import Module
from loyalty.staff.queries import general_settings

from .enums import MergeKind
from .models import Customer
from .operations import merge_customers
from .queries import customer_by_public_id
from .serializers import account_object, balance_at_object, customer_object, expiring_object

# The end of the year 9999, beyond which no calendar reaches.
LATEST = 253_402_300_799


class CustomerDetail(ApiView):
    def get(self, request: Request, public_id: str) -> Response:
        at = self._balance_at()
        customer = customer_by_public_id(public_id)
        if customer is None:
            raise not_found("Customer not found", 160212)
        default, balances = balances_of(customer.id)
        has_accounts = Module.MULTI_ACCOUNTS in general_settings().modules
        accounts = [account_object(balance) for balance in balances] if has_accounts else None
        found = customer_object(customer, default, accounts) | self._optional(customer)
        if at:
            figures = balances_at(customer, at, timezone.now())
            shown = [one for one in figures if has_accounts or one.account.is_default]
            found["balance_at"] = balance_at_object(at, shown)
        return Response(found)

    def _balance_at(self) -> datetime | None:
        """The instant that is asked for, if any."""
        text = self.request.query_params.get("balance_at")
        if text is None:
            return None
        # isdecimal() takes the digits of all scripts, isascii() only plain ones.
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LATEST)) and int(text) <= LATEST):
            raise bad_request(f"'balance_at' must be a unix time in whole seconds, from 0 to {LATEST}")
        return datetime.fromtimestamp(int(text), UTC)

    def _optional(self, customer: Customer) -> dict[str, Any]:
        """What `fields` asks for besides; what is unknown or switched off is left out."""
        fields = set(self.request.query_params.get("fields", "").split(","))
        history = "expiring_points.history" in fields
        if not (history or "expiring_points" in fields) or Module.EXPIRING_POINTS not in general_settings().modules:
            return {}
        expiring = expiring_points(customer.id)
        reset = reset_date(customer, timezone.now())
        return {"expiring_points": expiring_object(expiring, timezone.localdate(), reset, history=history)}


class CustomerMerge(ApiView):
    """The customer of the path goes into the target, which stays. Answers an empty object: what stays is the target."""

    def post(self, request: Request, public_id: str) -> Response:
        body = self.body()
        source, target = self._customer(public_id), self._customer(body.get("target"), "target")
        # The older form names the source in the body, too.
        if "source" in body and self._customer(body["source"], "source") != source:
            raise bad_request("'source' must be the customer of the address: it is merged into 'target'")
        kind = body.get("kind", MergeKind.FULL.value)
        try:
            merge_customers(source, target, kind=kind, by=actor(request), at=timezone.now())
        except Refused as refused:
            raise refusal(refused) from None
        return Response({})

    def _customer(self, name: object, attribute: str = "id") -> Customer:
        if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
            raise bad_request(f"'{attribute}' property is required: the ID of a customer")
        text = str(name).strip()
        found = customer_by_public_id(text) if text.isprintable() else None
        if found is None:
            raise not_found("Customer not found", 160212)
        return found
