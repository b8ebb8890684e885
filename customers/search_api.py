"""`GET /customers`: whom a search finds, and how many there are."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.errors import bad_request
from loyalty.api.paging import INVALID_PARAMETER, links, read_page
from loyalty.api.views import ApiView
from loyalty.staff.enums import Api
from loyalty.staff.queries import general_settings

from .described_operations import COUNT, SEARCH
from .enums import Status
from .filters import ordered, read_filters
from .models import Customer
from .objects import brief_objects, read_fields

# What a search may take of the database.
SECONDS = 3


class CustomerSearch(ApiView):
    """One who matches is an object, several are a list, as existing clients expect; nobody is an empty list."""

    api = Api.CUSTOMERS
    operations = {"get": SEARCH}

    def get(self, request: Request) -> Response:
        page = read_page(request)
        filters = read_filters(request.query_params.dict())
        statuses = [Status.ACTIVE, Status.SUSPENDED]
        if general_settings().show_inactive:
            statuses.append(Status.INACTIVE)
        with _bounded():
            rows = list(ordered(filters).filter(status__in=statuses)[page.offset : page.offset + page.limit + 1])
        more = len(rows) > page.limit
        found = brief_objects(rows[: page.limit], read_fields(request.query_params.get("fields", "")))
        if len(found) == 1 and not more and not page.offset:
            return Response(found[0])
        return Response({"data": found, **links(request, page, more=more)})


class CustomerCount(ApiView):
    api = Api.CUSTOMERS
    operations = {"get": COUNT}

    def get(self, request: Request) -> Response:
        return Response({"active": Customer.objects.filter(status=Status.ACTIVE).count()})


@contextmanager
def _bounded() -> Iterator[None]:
    """A search that no index serves may not hold the database."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(SECONDS * 1000)])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            message = f"The search takes more than {SECONDS} seconds: add a name, an e-mail address or a phone number"
            raise bad_request(message, INVALID_PARAMETER) from None
        raise
