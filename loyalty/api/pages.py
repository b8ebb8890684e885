"""The description of the interface, for machines."""

import hashlib
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from loyalty.api.openapi import document
from loyalty.api.renderers import encode


@lru_cache(maxsize=1)
def _encoded() -> tuple[bytes, str]:
    """The description and its ETag."""
    found = encode(document())
    return found, f'"{hashlib.sha256(found).hexdigest()[:16]}"'


def _etag(request: HttpRequest) -> str:
    return _encoded()[1]


@require_safe
@condition(etag_func=_etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """For everybody: it names no data."""
    response = HttpResponse(_encoded()[0], content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response
