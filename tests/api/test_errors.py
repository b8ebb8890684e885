import datetime as dt
import json
import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import Http404
from django.test import RequestFactory
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.errors import ApiError, bad_request, first_message
from loyalty.api.lists.paging import links, read_page
from loyalty.api.views import ApiView
from loyalty.http.request_ids import request_id


class Open(ApiView):
    """A view that does what `act` says, for anybody."""

    authentication_classes = ()
    permission_classes = ()
    act: ClassVar[Callable[[Request], Any]] = staticmethod(lambda request: request.data)

    def get(self, request: Request) -> Response:
        return Response(type(self).act(request))

    post = get


def view(act: Callable[[Request], Any], **attributes: Any) -> Any:
    made: Any = type("Made", (Open,), {"act": staticmethod(act), **attributes})
    return made.as_view()


def failing(error: Exception, **attributes: Any) -> Any:
    def act(request: Request) -> None:
        raise error

    return view(act, **attributes)


def call(made: Any, method: str = "get", path: str = "/", **kwargs: Any) -> tuple[int, Any, Any]:
    answer = made(getattr(RequestFactory(), method)(path, **kwargs)).render()
    return answer.status_code, json.loads(answer.content or b"null"), answer


def error_of(error: Exception) -> tuple[int, str, int, str]:
    status, body, _ = call(failing(error))
    assert list(body) == ["error"]
    assert set(body["error"]) == {"type", "code", "message"}
    return status, body["error"]["type"], body["error"]["code"], body["error"]["message"]


def test_an_error_of_ours_is_wrapped() -> None:
    error = ApiError(404, "NotFoundException", 160212, "Customer not found")
    assert call(failing(error))[:2] == (
        404,
        {"error": {"type": "NotFoundException", "code": 160212, "message": "Customer not found"}},
    )


def test_the_newer_endpoints_put_a_status_beside_it() -> None:
    assert call(failing(bad_request("No", 7), generation="versioned"))[1] == {
        "status": "error",
        "error": {"type": "BadRequestException", "code": 7, "message": "No"},
    }


@pytest.mark.parametrize(
    ("error", "status", "kind", "message"),
    [
        (exceptions.ParseError("No"), 400, "BadRequestException", "No"),
        (exceptions.ValidationError({"a": [{}, {"b": ["Bad."]}]}), 400, "BadRequestException", "a.1.b: Bad."),
        (SuspiciousOperation("inside"), 400, "BadRequestException", "The request cannot be read"),
        (Http404("No Customer matches the given query"), 404, "NotFoundException", "Not Found"),
        (exceptions.NotFound(), 404, "NotFoundException", "Not Found"),
        (PermissionDenied("inside"), 403, "ForbiddenException", "This key may not do that"),
        (
            exceptions.UnsupportedMediaType("a/b"),
            415,
            "UnsupportedMediaTypeException",
            'Unsupported media type "a/b" in request.',
        ),
        (RequestDataTooBig("inside"), 413, "PayloadTooLargeException", "The body is larger than 1 MB"),
    ],
)
def test_errors_of_the_frameworks_get_an_envelope(error: Exception, status: int, kind: str, message: str) -> None:
    assert error_of(error) == (status, kind, 0, message)


def test_an_unknown_method_gets_an_envelope() -> None:
    status, body, _ = call(view(lambda request: {}), "delete")
    assert (status, body["error"]["type"]) == (405, "MethodNotAllowedException")
    assert call(view(lambda request: {}), "options")[0] == 405


def test_a_throttled_client_hears_when_to_come_back() -> None:
    status, body, answer = call(failing(exceptions.Throttled(wait=1.2)))
    assert (status, body["error"]["type"], answer["Retry-After"]) == (429, "TooManyRequestsException", "2")


def test_a_refused_client_is_told_the_scheme() -> None:
    assert call(failing(ApiError(401, "UnauthorizedException", 0, "No")))[2]["WWW-Authenticate"] == "ANTAVO-HMAC-SHA256"


def test_an_unavailable_database_is_a_503_to_try_again() -> None:
    status, body, answer = call(failing(OperationalError("connection to 10.0.0.7 failed")))
    assert (status, answer["Retry-After"]) == (503, "5")
    assert "10.0.0.7" not in body["error"]["message"]


def test_a_bug_shows_and_logs_no_data(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = error_of(IntegrityError("Key (email)=(ann@example.com) already exists"))
    assert found == (500, "RuntimeException", 0, f"Internal error. If you report it, name the request {request_id()}")
    assert "ann@example.com" not in caplog.text
    assert f"IntegrityError in Made, request {request_id()}" in caplog.text
    assert "in act" in caplog.text


def test_an_empty_validation_detail_has_a_message() -> None:
    assert first_message({}) == "{}"
    assert first_message({"non_field_errors": ["Both."]}) == "Both."


@pytest.mark.parametrize("accept", ["", "text/html", "application/xml;q=0.9", "nonsense", "*/*"])
def test_any_accept_header_gets_json(accept: str) -> None:
    status, body, answer = call(view(lambda request: {"a": 1}), headers={"Accept": accept})
    assert (status, body, answer["Content-Type"]) == (200, {"a": 1}, "application/json")


def test_numbers_and_moments_keep_their_form() -> None:
    moment = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    value = {"a": Decimal("0.10"), "b": moment, "c": moment.date(), "d": gettext_lazy("text"), "e": "é"}
    answer = call(view(lambda request: value))[2]
    assert answer.content.decode() == '{"a":0.10,"b":"2024-01-02T03:04:05Z","c":"2024-01-02","d":"text","e":"é"}'


def post(body: bytes, kind: str = "application/json", **kwargs: Any) -> tuple[int, Any]:
    return call(view(lambda request: request.data), "post", data=body, content_type=kind, **kwargs)[:2]


def test_json_and_forms_are_the_same_to_a_view() -> None:
    form = "application/x-www-form-urlencoded; charset=UTF-8"
    assert post(b'{"a": {"b": ["1"]}}') == post(b"a[b][]=1", form) == (200, {"a": {"b": ["1"]}})


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_the_api_key_in_a_body_reaches_no_view(kind: str) -> None:
    body = b'{"api_key": "K", "a": "1"}' if kind.endswith("json") else b"api_key=K&a=1"
    assert post(body, kind) == (200, {"a": "1"})


@pytest.mark.parametrize(
    ("kind", "headers", "status"),
    [
        ("text/plain", {}, 415),
        ("multipart/form-data; boundary=x", {}, 415),
        ("", {}, 415),
        ("application/json", {"Content-Encoding": "gzip"}, 415),
        ("application/json", {"Content-Encoding": "identity"}, 200),
    ],
)
def test_other_media_types_and_codings_are_refused(kind: str, headers: dict[str, str], status: int) -> None:
    assert post(b'{"a": 1}', kind, headers=headers)[0] == status


def post_as_is(made: Any, kind: str, body: bytes, path: str = "/") -> tuple[int, Any]:
    """Django's own `post` would write the body in the charset that the header names."""
    answer = made(RequestFactory().generic("POST", path, body, content_type=kind)).render()
    return answer.status_code, json.loads(answer.content)


@pytest.mark.parametrize(
    "charset", ["'UTF-8'", '"UTF-8"', " utf-8 ", "", "utf-16", "utf-7", "hex", "windows-1252", "nonsense"]
)
def test_valid_utf_8_is_read_by_whatever_name_the_header_calls_it(charset: str) -> None:
    for kind, body in (("application/json", b'{"a": "\xc3\xa9"}'), ("application/x-www-form-urlencoded", b"a=%C3%A9")):
        for written in (
            f"{kind}; charset={charset}",
            f"{kind} ;charset = {charset}",
            f"{kind.upper()};CHARSET={charset}",
        ):
            assert post_as_is(view(lambda request: request.data), written, body) == (200, {"a": "é"}), written


def test_a_large_body_is_a_413_in_json() -> None:
    status, body = post(b" " * 1_048_577)
    assert (status, body["error"]["type"]) == (413, "PayloadTooLargeException")


def test_a_hostile_body_is_a_400_in_json() -> None:
    status, body = post(b"[" * 2000)
    assert (status, body["error"]["type"]) == (400, "BadRequestException")


def page(query: str) -> Any:
    return call(view(lambda request: vars(read_page(request))), path=f"/list?{query}")[:2]


def test_pages_have_defaults() -> None:
    assert page("") == (200, {"limit": 100, "offset": 0, "after": ""})
    assert page("limit=5&offset=10") == (200, {"limit": 5, "offset": 10, "after": ""})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", 300123),
        ("limit=101", 300123),
        ("offset=-1", 300121),
        ("offset=x", 300122),
        ("limit=1.5", 300122),
        ("limit=٥", 300122),
        ("offset=99999999", 300122),
        ("offset=" + "9" * 5000, 300122),
    ],
)
def test_bad_pages_have_the_published_codes(query: str, code: int) -> None:
    status, body = page(query)
    assert (status, body["error"]["code"]) == (400, code)


def test_links_keep_the_filters_and_leave_the_key_out() -> None:
    made = view(lambda request: links(request, read_page(request), more=True))
    assert call(made, path="/list?api_key=K&a=1&b=2&limit=5&offset=3")[1] == {
        "next": "/list?a=1&b=2&limit=5&offset=8",
        "previous": "/list?a=1&b=2&limit=5&offset=0",
    }
    assert call(view(lambda request: links(request, read_page(request), more=False)))[1] == {
        "next": None,
        "previous": None,
    }
