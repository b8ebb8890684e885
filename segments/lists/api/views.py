"""`/v1/bulk-operation/customer-list`: many customers put on a list or taken off it, and what became of them."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.scopes import check_action, key_of
from loyalty.api.problems import ApiError, bad_request, not_found
from loyalty.bulk.api.views import NO_BATCH, BulkAccept, BulkErrors, BulkStatus, names_in
from loyalty.bulk.kinds import BulkKind, Item
from loyalty.bulk.operations import MAX_ITEMS
from segments.lists import actions
from segments.lists.bulk.kinds import CUSTOMER_ADD, CUSTOMER_REMOVE
from segments.lists.codes import NO_CUSTOMERS, NO_ERRORS, NO_STATUS, UNKNOWN, UNKNOWN_TO_REMOVE
from segments.lists.queries import open_list

from .docs import ADD, ERRORS, OF_LISTS, REMOVE, STATUS

NO_LIST = "Customer List not found"


class _OfList(BulkAccept):
    kind: ClassVar[BulkKind]
    action: ClassVar[str]

    def post(self, request: Request, customer_list_id: str) -> Response:
        check_action(key_of(request), self.action)
        if "\x00" in customer_list_id or open_list(customer_list_id) is None:
            raise self.no_list()
        names = names_in(self.body(), "customers")
        if not names:
            raise bad_request(
                f"The 'customers' field is not found or empty, or has over {MAX_ITEMS:,} IDs", NO_CUSTOMERS
            )
        return self.take_in(self.kind, customer_list_id, map(Item, names))

    def no_list(self) -> ApiError:
        raise NotImplementedError


class AddToList(_OfList):
    kind, action = CUSTOMER_ADD, actions.ADD.name
    operations = {"post": ADD}

    def no_list(self) -> ApiError:
        return not_found(NO_LIST, UNKNOWN)


class RemoveFromList(_OfList):
    kind, action = CUSTOMER_REMOVE, actions.REMOVE.name
    operations = {"post": REMOVE}

    def no_list(self) -> ApiError:
        return not_found(NO_LIST, UNKNOWN_TO_REMOVE)


class ListBatchStatus(BulkStatus):
    family = OF_LISTS
    operations = {"get": STATUS}

    def no_batch(self) -> ApiError:
        return not_found(NO_BATCH, NO_STATUS)


class ListBatchErrors(BulkErrors):
    """At two addresses: older descriptions name the other one."""

    family = OF_LISTS
    operations = {"get": ERRORS}

    def no_batch(self) -> ApiError:
        return not_found(NO_BATCH, NO_ERRORS)
