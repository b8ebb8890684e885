from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.errors import not_found
from loyalty.api.views import ApiView
from loyalty.points.queries import balances_of
from loyalty.staff.enums import Module
from loyalty.staff.queries import general_settings

from .queries import customer_by_public_id
from .serializers import account_object, customer_object


class CustomerDetail(ApiView):
    def get(self, request: Request, public_id: str) -> Response:
        customer = customer_by_public_id(public_id)
        if customer is None:
            raise not_found("Customer not found", 160212)
        default, balances = balances_of(customer.id)
        has_accounts = Module.MULTI_ACCOUNTS in general_settings().modules
        accounts = [account_object(balance) for balance in balances] if has_accounts else None
        return Response(customer_object(customer, default, accounts))
