"""`GET /coupons`, and the coupons of one customer in the Display and Read APIs."""

from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.codes import NO_CRITERIA
from coupons.filters import CouponFilters, CustomersCouponFilters
from coupons.models import Coupon
from coupons.queries import uses_of
from customers.api.lookups import customer_asked
from customers.api.v1.views import known_customer
from loyalty.api.access.guesses import check_guesses, count_miss
from loyalty.api.access.scopes import key_of
from loyalty.api.keys.enums import Api
from loyalty.api.lists.asking import collection, in_time, parse_list_query
from loyalty.api.lists.docs import get_many
from loyalty.api.lists.paging import INVALID_PARAMETER, MAX_OFFSET, Page, check_names, neighbours, read_page
from loyalty.api.lists.timeout import bounded
from loyalty.api.problems import bad_request
from loyalty.api.views import ApiView

from .docs import DISPLAY, ENTITY, READ_EXAMPLES, SEARCH
from .filters import ReadCouponFilters
from .guards import GUESSED
from .objects import coupon_object, display_object, read_objects
from .queries import displayed, listed, search

_SEARCHED = frozenset({*CouponFilters.base_filters, "limit", "page"})
_DISPLAYED = frozenset({*CustomersCouponFilters.base_filters, "limit", "offset"})
CURE = "name the code, or ask for fewer by limit"


class Coupons(ApiView):
    api = Api.ENTITIES
    operations = {"get": SEARCH}

    def get(self, request: Request) -> Response:
        params = _params(request)
        check_names(params, _SEARCHED)
        asked = {name: params[name] for name in CouponFilters.base_filters if name in params}
        if not asked:
            raise bad_request("Empty search criteria", NO_CRITERIA)
        page, now = self._page(), timezone.now()
        key = key_of(request)
        check_guesses(GUESSED, key)
        with bounded(what="The list", cure=CURE):
            rows = search(asked, page, now)
        if not rows:
            count_miss(GUESSED, key)
            return Response({"data": None})
        found: dict[str, Any] = {"data": [coupon_object(one, now) for one in rows[: page.limit]]}
        if len(rows) > page.limit:
            page_after = {"limit": page.limit, "page": page.offset // page.limit + 1}
            found["next"] = f"/coupons?{urlencode(asked | page_after)}"
        return Response(found)

    def _page(self) -> Page:
        """`page` counts from 0."""
        limit = read_page(self.request).limit
        number = self.request.query_params.get("page") or "0"
        if not number.isdecimal() or not number.isascii() or int(number[:9]) * limit > MAX_OFFSET:
            raise bad_request(f"page must be a whole number from 0 to {MAX_OFFSET // limit}", INVALID_PARAMETER)
        return Page(limit, int(number) * limit)


def _params(request: Request) -> dict[str, str]:
    """Without what is empty, which clients send for what they leave out."""
    return {name: str(value) for name, value in request.query_params.items() if value != ""}


class CustomerCoupons(ApiView):
    """What a customer holds or has held, the last one first: without those that are invalid, or were given away."""

    api = Api.DISPLAY
    operations = {"get": DISPLAY}

    def get(self, request: Request, public_id: str) -> Response:
        params = _params(request)
        check_names(params, _DISPLAYED)
        page = read_page(request)
        customer = customer_asked(request, public_id)
        now = timezone.now()
        rows = displayed(customer, params, page, now)
        found = [display_object(one, now) for one in rows[: page.limit]]
        return Response({"data": found, **neighbours(request, page, more=len(rows) > page.limit)})


class ReadCoupons(ApiView):
    api = Api.READ
    generation = "read"
    operations = {
        "get": get_many(
            "List a customer's coupons",
            "coupons",
            ENTITY,
            ReadCouponFilters,
            "The last one that the customer got first, unless another order is asked for.",
            examples=READ_EXAMPLES,
        )
    }

    def get(self, request: Request, public_id: str) -> Response:
        now = timezone.now()
        asked = parse_list_query(request, ReadCouponFilters, at=now)
        customer = known_customer(request, public_id)
        with in_time():
            rows = listed(customer, asked)
            shown: list[Coupon] = rows[: asked.page.limit]
            found = read_objects(shown, uses_of(shown), now)
        return collection(request, asked.page, "coupons", found, more=len(rows) > asked.page.limit)
