"""The error envelope, and what of Django's and DRF's errors becomes which error of the API."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from loyalty.database.queue import is_locked
from loyalty.http.request_ids import request_id
from loyalty.refusals import Refused

from .problems import CHALLENGE, KINDS, ApiError, bad_request, forbidden, not_found, too_large
from .refusals import published_codes
from .renderers import encode

__all__ = [
    "ApiError",
    "as_api_error",
    "bad_request",
    "envelope",
    "forbidden",
    "handle",
    "internal_error",
    "json_response",
    "not_found",
    "sends_key",
    "translate",
]

log = logging.getLogger("loyalty.api")

RETRY_AFTER = 5
# The Read API's one code for whoever is not let in, and what may be sent again as it is.
READ_UNAUTHORIZED = 2132
RESENDABLE = frozenset({429, 500, 503})


def envelope(error: ApiError, generation: str = "legacy") -> dict[str, Any]:
    """The older endpoints answer `{"error": ...}`; those under /v1 and /v2 put a status beside it.

    The Read API's errors have no type; they say whether to send the same request again.
    """
    if generation == "read":
        code = READ_UNAUTHORIZED if error.status == 401 else error.code
        return {"error": {"message": error.message, "code": code, "resendable": error.status in RESENDABLE}}
    if generation == "legacy":
        return {"error": error.body()}
    return {"status": "error", "error": error.body()}


def json_response(request: HttpRequest, error: ApiError) -> HttpResponse:
    """The envelope of an address without a view of the API."""
    # The Read API's addresses are among the versioned ones.
    starts = {"/v1/customers": "read", "/v1/": "versioned", "/v2/": "versioned"}
    generation = next((found for start, found in starts.items() if request.path.startswith(start)), "legacy")
    return HttpResponse(encode(envelope(error, generation)), status=error.status, content_type="application/json")


def sends_key(request: HttpRequest) -> bool:
    """Whether it comes with a key or a signature: from a program, whatever it says that it accepts."""
    return "api_key" in request.GET or request.META.get("HTTP_AUTHORIZATION", "").startswith(CHALLENGE)


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every way to fail ends as an envelope, and none of them shows our insides."""
    set_rollback()
    view, request = context.get("view"), context.get("request")
    error = as_api_error(exc, type(view).__name__)
    if error.status == 500:
        got_request_exception.send(sender=type(view), request=getattr(request, "_request", None))
    if error.status == 401:
        error.headers.setdefault("WWW-Authenticate", CHALLENGE)
    generation = getattr(view, "generation", "legacy")
    return Response(envelope(error, generation), status=error.status, headers=error.headers)


def as_api_error(exc: Exception, place: str) -> ApiError:
    """What the client hears of it; a fault of ours is logged, with the place in which it came up."""
    error = translate(exc)
    if error.status == 500:
        # The message of an exception can hold a customer's data ("Key (email)=(...) already exists"): log where, not what.
        frames = "".join(traceback.format_tb(exc.__traceback__))
        name = f"unknown code {exc.code}" if isinstance(exc, Refused) else type(exc).__name__
        log.error("%s in %s, request %s\n%s", name, place, request_id(), frames)
    return error


def translate(exc: Exception) -> ApiError:
    """The one place that knows which error of ours, of Django or of DRF is which of the API."""
    match exc:
        case ApiError():
            return exc
        case Refused():
            return _from_refusal(exc)
        case exceptions.APIException():
            return _from_drf(exc)
        case Http404():
            return not_found()
        case PermissionDenied():
            return forbidden("This key may not do that")
        case RequestDataTooBig():
            return too_large("The body is larger than 1 MB")
        case SuspiciousOperation() | UnreadablePostError():
            return bad_request("The request cannot be read")
        case OperationalError() if is_locked(exc):
            message = "Somebody else is writing to the same customer: send the same request again in a moment"
            return ApiError(503, KINDS[503], 0, message, headers={"Retry-After": "1"})
        case OperationalError() | InterfaceError():
            message = "The service is not available for a moment: send the same request again"
            return ApiError(503, KINDS[503], 0, message, headers={"Retry-After": str(RETRY_AFTER)})
    return internal_error()


def internal_error() -> ApiError:
    return ApiError(500, KINDS[500], 0, f"Internal error. If you report it, name the request {request_id()}")


def _from_refusal(refused: Refused) -> ApiError:
    """A code that the table lacks is nobody's promise: a fault of ours."""
    code = published_codes().get(refused.code)
    if code is None:
        return internal_error()
    status = refused.status or code.status
    return ApiError(status, KINDS[status], refused.code, refused.message, details=refused.details)


def _from_drf(exc: exceptions.APIException) -> ApiError:
    headers = {}
    if wait := getattr(exc, "wait", None):  # throttled
        headers["Retry-After"] = str(max(1, int(wait)))
    kind = KINDS.get(exc.status_code, KINDS[400] if exc.status_code < 500 else KINDS[500])
    message = "Not Found" if exc.status_code == 404 else first_message(exc.detail)
    return ApiError(exc.status_code, kind, 0, message, headers=headers)


def first_message(detail: Any, place: str = "") -> str:
    """Of a nested `detail` the first text, with the way to it: `items.0.price: A valid number is required.`"""
    if isinstance(detail, Mapping) and detail:
        name, inner = next(iter(detail.items()))
        return first_message(inner, place if name == "non_field_errors" else f"{place}.{name}".lstrip("."))
    if isinstance(detail, list) and detail:
        index, inner = next((pair for pair in enumerate(detail) if pair[1]), (0, detail[0]))
        return first_message(inner, f"{place}.{index}".lstrip(".") if isinstance(inner, Mapping) else place)
    return f"{place}: {detail}" if place else str(detail)
