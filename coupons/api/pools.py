"""`/v1/coupon-pools`: pools as integrators create and change them."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.codes import POOL_UNKNOWN
from coupons.models import Pool
from coupons.queries import pool_named
from coupons.stock.operations import change_pool, create_pool
from loyalty.api.access.scopes import key_of
from loyalty.api.keys.enums import Api
from loyalty.api.problems import not_found
from loyalty.api.views import ApiView
from loyalty.http.origin import origin_of
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender

from .docs import CREATE, UPDATE
from .objects import pool_object
from .reading import problem, read_changes, read_method, read_new


def pool_asked(name: str) -> Pool:
    """By its ID, or its external one. Raises ApiError: 202001."""
    found = pool_named(name)
    if found is None:
        raise not_found("Coupon Pool not found", POOL_UNKNOWN)
    return found


class _PoolView(ApiView):
    api = Api.ENTITIES
    generation = "versioned"

    def sender(self) -> Sender:
        """The integrator: its key is what allows it."""
        return Sender(None, timezone.now(), origin_of(self.request._request), key=key_of(self.request).pk)


class CouponPools(_PoolView):
    operations = {"post": CREATE}

    def post(self, request: Request) -> Response:
        values = read_new(self.body())
        try:
            made = create_pool(values=values, by=self.sender()).result()
        except Invalid as error:
            raise problem(*error.problems[0]) from None
        return _answer(made, [])


class UpdatePool(_PoolView):
    operations = {"post": UPDATE}

    def post(self, request: Request, coupon_pool_id: str) -> Response:
        found, body = pool_asked(coupon_pool_id), self.body()
        method, matching = read_method(body)
        values = read_changes(body, found.type)
        try:
            changed = change_pool(
                slug=found.slug, values=values, method=method, matching=matching, by=self.sender()
            ).result()
        except Invalid as error:
            raise problem(*error.problems[0]) from None
        return _answer(changed, {"update_method": method.value, "update_matching": matching})


def _answer(pool: Pool, metadata: Any) -> Response:
    return Response({"status": "success", "metadata": metadata, "payload": pool_object(pool)})
