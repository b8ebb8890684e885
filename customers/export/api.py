"""`GET /customers/{id}/data`: what is held about a person."""

import logging

from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from customers.api.docs import DATA
from customers.api.lookups import customer_asked
from loyalty.api.errors import bad_request
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER
from loyalty.api.views import ApiView

from .queries import Access

log = logging.getLogger(__name__)
FORMATS = ("json", "csv")


def download(access: Access, format: str) -> StreamingHttpResponse:
    """A file of that format: JSON, or a ZIP of CSV files. Its name is the internal ID, and no cache keeps it."""
    suffix, kind = ("zip", "application/zip") if format == "csv" else ("json", "application/json")
    response = StreamingHttpResponse(access.zip() if format == "csv" else access.json(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="customer-{access.customer.id}.{suffix}"'
    response["Cache-Control"] = "private, no-store"
    return response


class CustomerData(ApiView):
    api = Api.CUSTOMERS
    operations = {"get": DATA}

    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        format = request.query_params.get("format", "json")
        if format not in FORMATS:
            raise bad_request("format must be json or csv", INVALID_PARAMETER)
        customer = customer_asked(request, public_id)
        log.info("data of customer %d given to API key %d", customer.id, request.user.pk)
        return download(Access(customer), format)
