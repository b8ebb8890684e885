"""`GET /customers`: whom a search finds, and how many there are."""

from rest_framework.request import Request
from rest_framework.response import Response

from customers.directory.search import Filters, count_of, estimate_of
from customers.models import Customer
from loyalty.api.access.scopes import check_scheme, key_of
from loyalty.api.body.bounds import shown
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER, links, read_page
from loyalty.api.lists.timeout import bounded
from loyalty.api.lists.walking import Walk
from loyalty.api.problems import bad_request
from loyalty.api.views import ApiView
from loyalty.database.filters import ListFilters
from loyalty.engine.status import Status
from loyalty.program.queries import general_settings

from .docs import COUNT, SEARCH
from .filters import ordered, read_filters, schemes_in, served, walked
from .objects import brief_objects, read_fields

CURE = "add a name, an e-mail address or a phone number"
# With so many customers a filter that no index serves is refused at once, rather than after seconds of reading.
MANY = 100_000


class CustomerSearch(ApiView):
    """One who matches is an object, several are a list, as existing clients expect; nobody is an empty list."""

    api = Api.CUSTOMERS
    operations = {"get": SEARCH}

    def get(self, request: Request) -> Response:
        page = read_page(request)
        filters = read_filters(request.query_params.dict())
        for scheme in schemes_in(filters):
            check_scheme(key_of(request), scheme)
        _refuse_reading_everybody(filters)
        statuses = [Status.ACTIVE, Status.SUSPENDED]
        if general_settings().show_inactive:
            statuses.append(Status.INACTIVE)
        walk = Walk(page, "customers", walked(filters))
        with bounded(what="The search", cure=CURE):
            rows = list(ordered(filters).filter(*walk.where, status__in=statuses)[slice(*walk.bounds)])
        more = len(rows) > page.limit
        found = brief_objects(rows[: page.limit], read_fields(request.query_params.get("fields", "")))
        if len(found) == 1 and not more and not page.offset:
            return Response(found[0])
        return Response({"data": found, **links(request, page, more=more, after=walk.after(rows))})


def _refuse_reading_everybody(filters: ListFilters) -> None:
    """Raises ApiError (300122) where no index serves the filters and there are too many customers to look at each."""
    asked = [one.field_name for one in filters.filters.values()]
    if not served(filters) and estimate_of(Customer.objects.all()) > MANY:
        message = f"Among more than {MANY:,} customers nobody is searched by {shown(asked[0])} alone: {CURE}, or a time of change"
        raise bad_request(message, INVALID_PARAMETER)


class CustomerCount(ApiView):
    api = Api.CUSTOMERS
    operations = {"get": COUNT}

    def get(self, request: Request) -> Response:
        found = count_of(Filters(statuses=[Status.ACTIVE]))
        return Response({"active": found.number, **({} if found.is_exact else {"estimated": True})})
