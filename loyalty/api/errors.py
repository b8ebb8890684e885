"""The error envelope, and what of Django's and DRF's errors becomes which error of the API."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from loyalty.api.problems import CHALLENGE, KINDS, ApiError, bad_request, forbidden, not_found, too_large

__all__ = ["ApiError", "bad_request", "envelope", "forbidden", "handle", "not_found", "translate"]

log = logging.getLogger("loyalty.api")

RETRY_AFTER = 5


def envelope(error: ApiError, generation: str = "legacy") -> dict[str, Any]:
    """The older endpoints answer `{"error": ...}`; those under /v1 and /v2 put a status beside it."""
    if generation == "legacy":
        return {"error": error.body()}
    return {"status": "error", "error": error.body()}


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every way to fail ends as an envelope, and none of them shows our insides."""
    set_rollback()
    error = translate(exc)
    if error.status == 500:
        _report(exc, context)
    if error.status == 401:
        error.headers.setdefault("WWW-Authenticate", CHALLENGE)
    generation = getattr(context.get("view"), "generation", "legacy")
    return Response(envelope(error, generation), status=error.status, headers=error.headers)


def translate(exc: Exception) -> ApiError:
    match exc:
        case ApiError():
            return exc
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
        case OperationalError() | InterfaceError():
            message = "The service is not available for a moment: send the same request again"
            return ApiError(503, KINDS[503], 0, message, headers={"Retry-After": str(RETRY_AFTER)})
    return ApiError(500, "RuntimeException", 0, "Internal error")


def _from_drf(exc: exceptions.APIException) -> ApiError:
    headers = {}
    if wait := getattr(exc, "wait", None):  # throttled
        headers["Retry-After"] = str(max(1, int(wait)))
    kind = KINDS.get(exc.status_code, KINDS[400] if exc.status_code < 500 else "RuntimeException")
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


def _report(exc: Exception, context: dict[str, Any]) -> None:
    # The message of an exception can hold a customer's data ("Key (email)=(...) already exists"): log where, not what.
    view, request = context.get("view"), context.get("request")
    frames = "".join(traceback.format_tb(exc.__traceback__))
    log.error("%s in %s\n%s", type(exc).__name__, type(view).__name__, frames)
    got_request_exception.send(sender=type(view), request=getattr(request, "_request", None))
