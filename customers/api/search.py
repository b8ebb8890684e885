"""`GET /customers`: whom a search finds, and how many there are."""

from rest_framework.request import Request
from rest_framework.response import Response

from customers.directory.search import Filters, count_of
from loyalty.api.access.scopes import check_scheme, key_of
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import links, read_page
from loyalty.api.lists.timeout import bounded
from loyalty.api.views import ApiView
from loyalty.engine.status import Status
from loyalty.program.queries import general_settings

from .docs import COUNT, SEARCH
from .filters import ordered, read_filters, schemes_in
from .objects import brief_objects, read_fields

CURE = "add a name, an e-mail address or a phone number"


class CustomerSearch(ApiView):
    """One who matches is an object, several are a list, as existing clients expect; nobody is an empty list."""

    api = Api.CUSTOMERS
    operations = {"get": SEARCH}

    def get(self, request: Request) -> Response:
        page = read_page(request)
        filters = read_filters(request.query_params.dict())
        for scheme in schemes_in(filters):
            check_scheme(key_of(request), scheme)
        statuses = [Status.ACTIVE, Status.SUSPENDED]
        if general_settings().show_inactive:
            statuses.append(Status.INACTIVE)
        with bounded(what="The search", cure=CURE):
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
        found = count_of(Filters(statuses=[Status.ACTIVE]))
        return Response({"active": found.number, **({} if found.is_exact else {"estimated": True})})
