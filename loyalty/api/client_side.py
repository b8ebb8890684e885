"""Events that web pages send themselves, unsigned. Their key is in everybody's hands, so it opens as little as can be:
behavioural events of customers who are there already, from the pages of its origins. What is asked here protects visitors
of honest pages; programs can forge an Origin, which is why these keys may do nothing that would be worth it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.scopes import foreign
from loyalty.api.body.parsers import API_KEY
from loyalty.api.keys.enums import KeyKind

from .keys import queries
from .problems import forbidden
from .views import ApiView

ALLOWED_HEADERS = "Content-Type, Idempotency-Key"
EXPOSED_HEADERS = (
    "Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
)
SECONDS = 600
# When it happened, what it earns, and of which order it tells: not for a page to say.
SIGNED_ONLY = ("effective_timestamp", "points_rewarded", "transaction_id")


def check_event(data: Mapping[str, Any], account: str | None, *, guest: bool) -> None:
    """What only a signed event may say."""
    if named := next((name for name in SIGNED_ONLY if name in data), None):
        raise forbidden(f"A client-side key may not send 'data.{named}': send such events from your server, signed")
    if account is not None or guest:
        name = "guest" if guest else "account"
        raise forbidden(f"A client-side key may not send '{name}': send such events from your server, signed")


def preflight(request: Request) -> Response:
    """What browsers ask before they send a page's event; no credentials come with that."""
    origin = request.META.get("HTTP_ORIGIN", "")
    if not _is_known(origin, request.query_params.get(API_KEY)):
        raise foreign(origin)
    answer = Response(status=204)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Access-Control-Allow-Methods"] = "POST"
    answer["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    answer["Access-Control-Max-Age"] = str(SECONDS)
    return answer


def _is_known(origin: str, name: str | None) -> bool:
    if not origin or name is None:
        return bool(origin) and queries.is_page_origin(origin)
    known = queries.api_key(name)
    return known is not None and known.key.kind == KeyKind.CLIENT_SIDE and origin in known.key.origins


class ClientSideView(ApiView):
    """A view that pages may call; the others answer client-side keys with 403."""

    client_side: ClassVar[bool] = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return preflight(self.request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(answer, ["Origin"])
        if origin := getattr(request._request, "page_origin", None):
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        return answer
