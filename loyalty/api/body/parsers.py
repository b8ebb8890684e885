"""DRF's way to the readers. Both take the raw body from Django's request, because the signature covers those bytes."""

from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpRequest
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from loyalty.api.problems import KINDS, ApiError, unsupported

from . import bounds
from .form import read_form
from .json import read_json

__all__ = ["FormParser", "JsonParser", "raw_body", "read_form", "read_json"]
API_KEY = "api_key"


def most_bytes(request: HttpRequest) -> int:
    """What the view takes that the request goes to."""
    found: int = getattr(request, "most_bytes", bounds.MAX_BYTES)
    return found


def raw_body(request: HttpRequest) -> bytes:
    """The bytes as sent; refuses what is too large before reading it."""
    coding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in ("", "identity"):
        raise unsupported("Content-Encoding must be identity: send the body uncompressed")
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise ApiError(411, KINDS[411], 0, "Send a Content-Length instead of chunks")
    if length.isdecimal():
        bounds.check_size(int(length[:20]), most_bytes(request))
        if int(length[:20]) > bounds.MAX_BYTES and not hasattr(request, "_body"):
            # What Django would refuse: it knows one limit for all views.
            request._body = request.read()
    return request.body


def body_key(request: HttpRequest) -> object:
    """The api_key that the parsed body held; the parsers take it out so that no event stores it."""
    return getattr(request, "body_api_key", None)


class _ObjectParser(BaseParser):
    def read(self, body: bytes, charset: str, most: int) -> dict[str, Any]:
        raise NotImplementedError

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        request: Request = (parser_context or {})["request"]
        charset = (request._request.content_params or {}).get("charset", "utf-8")
        data = self.read(raw_body(request._request), charset, most_bytes(request._request))
        if API_KEY in data:
            request._request.body_api_key = data.pop(API_KEY)  # type: ignore[attr-defined]
        return data


class JsonParser(_ObjectParser):
    media_type = "application/json"

    def read(self, body: bytes, charset: str, most: int) -> dict[str, Any]:
        """A charset means nothing to JSON: what its bytes are is what counts."""
        return read_json(body, most)


class FormParser(_ObjectParser):
    media_type = "application/x-www-form-urlencoded"

    def read(self, body: bytes, charset: str, most: int) -> dict[str, Any]:
        return read_form(body, charset, most)
