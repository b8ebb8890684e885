import json
import logging
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.authentication import signature_of
from loyalty.api.access.signing import Signer, sign
from loyalty.api.keys.enums import Api, KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.api.views import ApiView
from tests.api_keys import development_key, give_secret

pytestmark = pytest.mark.django_db
HOST = "api.example.com"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Who(ApiView):
    api = Api.EVENTS

    def get(self, request: Request) -> Response:
        user = {"key": request.auth.key, "pk": request.user.pk, "name": str(request.user)}
        signature = signature_of(request)
        return Response({**user, "nonce": signature.nonce if signature else None, "data": self.body()})

    post = get


class WhoByUrl(Who):
    presigned = True


@pytest.fixture
def till() -> ApiKey:
    key = development_key("TILL", "The till")
    give_secret(key, "S3CRET")
    return key


def call(path: str = "/who", body: bytes = b"", kind: str = JSON, view: Any = Who, **headers: Any) -> tuple[int, Any]:
    method = "post" if body else "get"
    kwargs = {"data": body, "content_type": kind} if body else {}
    request = getattr(RequestFactory(), method)(path, headers=headers, **kwargs)
    answer = view.as_view()(request)
    # The answer of a signed write is rendered already, to be saved.
    answer = answer.render() if isinstance(answer, Response) else answer
    return answer.status_code, json.loads(answer.content)


def signed(
    key: ApiKey, path: str = "/who", body: bytes = b"", region: str = "st1", secret: str = "S3CRET", **extra: str
) -> tuple[int, Any]:
    signer = Signer(key.key, secret, region)
    method = "POST" if body else "GET"
    headers = sign(signer, method, path, host=HOST, body=body, at=timezone.now())
    return call(path, body, **{**headers, **extra})


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    assert answer[0] == 401
    assert answer[1]["error"]["type"] == "UnauthorizedException"
    return answer[1]["error"]["code"], answer[1]["error"]["message"]


def test_a_signed_request_is_its_keys(till: ApiKey) -> None:
    status, body = signed(till, "/who?a=b%2Cc", b'{"points": 5}')
    assert (status, body["key"], body["pk"], body["name"], body["data"]) == (
        200,
        "TILL",
        till.pk,
        "The till",
        {"points": 5},
    )


def test_the_nonce_follows_the_signature(till: ApiKey) -> None:
    headers: dict[str, Any] = sign(Signer("TILL", "S3CRET", "st1"), "GET", "/who", host=HOST, at=timezone.now())
    first, again = call(**headers)[1]["nonce"], call(**headers)[1]["nonce"]
    assert first == again
    assert len(first) == 64
    assert signed(till, "/who?other=1")[1]["nonce"] != first
    assert call("/who?api_key=TILL")[1]["nonce"] is None


@pytest.mark.parametrize(
    "path", ["/who/c%201", "/who/a@b.example", "/who/a%40b.example", "/who/~x'(y)!", "/who/%C3%A9"]
)
def test_a_path_may_be_written_as_clients_write_it(till: ApiKey, path: str) -> None:
    assert signed(till, path)[0] == 200


def test_a_server_that_keeps_the_path_as_sent_is_believed(till: ApiKey) -> None:
    def status(sent: str, uri: str) -> int:
        headers = sign(Signer("TILL", "S3CRET", "st1"), "GET", sent, host=HOST, at=timezone.now())
        made: Any = Who.as_view()
        return int(made(RequestFactory().get("/who/a~b", headers=headers, RAW_URI=uri)).status_code)

    assert status("/who/a%7eb", "/who/a%7eb?x=1") == 200
    assert status("/who/a%7Eb", "/who/a%7eb") == 401
    assert status("/who/other", "/who/other") == 401


def test_a_key_in_the_query_string_is_enough(till: ApiKey) -> None:
    assert call("/who?api_key=TILL")[1]["key"] == "TILL"


@pytest.mark.parametrize(("kind", "body"), [(JSON, b'{"api_key": "TILL", "a": "1"}'), (FORM, b"api_key=TILL&a=1")])
def test_a_key_in_the_body_is_enough_and_is_taken_out(till: ApiKey, kind: str, body: bytes) -> None:
    status, answer = call(body=body, kind=kind)
    assert (status, answer["key"], answer["data"]) == (200, "TILL", {"a": "1"})


@pytest.mark.parametrize(("path", "body"), [("/who", b""), ("/who", b'{"a": 1}'), ("/who?api_key=", b"")])
def test_no_key_at_all_is_refused(till: ApiKey, path: str, body: bytes) -> None:
    assert refused(call(path, body)) == (0, "No api_key provided")


@pytest.mark.parametrize(
    "path", ["?api_key=OTHER", "?api_key=%00", "?api_key=TILL&api_key=OTHER", "?api_key=%ED%A0%80"]
)
def test_a_wrong_key_is_refused(till: ApiKey, path: str) -> None:
    assert refused(call(f"/who{path}")) == (101027, "Invalid api_key")


@pytest.mark.parametrize("value", ["5", "null", '""', '["TILL"]', '{"a": "TILL"}', "true"])
def test_a_key_in_the_body_is_a_text(till: ApiKey, value: str) -> None:
    assert call(body=b'{"api_key": %s}' % value.encode())[0] == 401


@pytest.mark.parametrize("text", ["Bearer abc", "Basic YTpi", "ANTAVO-HMAC-SHA256 x", "x" * 5000])
def test_a_malformed_header_is_refused_even_with_a_plain_key(till: ApiKey, text: str) -> None:
    headers: dict[str, Any] = {"Authorization": text, "Date": "x"}
    assert refused(call("/who?api_key=TILL", **headers)) == (101021, "Auth header format is invalid")


def test_an_unknown_key_and_a_wrong_secret_get_one_answer(till: ApiKey) -> None:
    assert refused(signed(ApiKey(key="NOBODY"))) == refused(signed(till, secret="x"))


def test_an_inactive_key_is_refused(till: ApiKey) -> None:
    ApiKey.objects.update(active=False)
    assert refused(signed(till))[0] == 101028
    assert refused(call("/who?api_key=TILL"))[0] == 101027


def test_a_key_that_must_sign_is_refused_when_it_comes_plain(till: ApiKey) -> None:
    ApiKey.objects.update(kind=KeyKind.SERVER)
    assert refused(call("/who?api_key=TILL"))[0] == 101030
    assert signed(till)[0] == 200


def test_a_signed_request_may_repeat_its_own_key_only(till: ApiKey) -> None:
    development_key("OTHER")
    assert signed(till, "/who?api_key=TILL")[0] == 200
    assert refused(signed(till, "/who?api_key=OTHER"))[0] == 101022


def test_a_changed_body_is_refused(till: ApiKey) -> None:
    headers: dict[str, Any] = sign(
        Signer("TILL", "S3CRET", "st1"), "POST", "/who", host=HOST, body=b'{"points":5}', at=timezone.now()
    )
    assert refused(call(body=b'{"points":9}', **headers))[0] == 101028


def test_a_hostile_body_is_not_read_before_the_signature_holds(till: ApiKey) -> None:
    assert refused(signed(till, secret="x", body=b"[" * 2000))[0] == 101028
    assert signed(till, body=b"[" * 2000)[0] == 400


def test_the_region_may_be_set(till: ApiKey, settings: Any) -> None:
    settings.LOYALTY_API_REGION = "eu6"
    assert signed(till, region="eu6")[0] == 200
    assert refused(signed(till, region="st1")) == (101026, "The credential scope is invalid")


def test_a_presigned_url_is_for_views_that_take_it(till: ApiKey) -> None:
    target = Signer("TILL", "S3CRET", "st1").presign("/who?a=1", host=HOST, at=timezone.now(), expires=60)
    assert call(target, view=WhoByUrl, Host=HOST)[0] == 200
    assert refused(call(target, Host=HOST))[0] == 101029


def test_no_key_or_secret_is_logged(till: ApiKey, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        call("/who?api_key=TILL")
        call("/who?api_key=WRONG")
        signed(till)
        signed(till, secret="x")
    assert not any(word in caplog.text for word in ("api_key=", "S3CRET", "WRONG"))


def test_one_query_finds_the_key(till: ApiKey, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        signed(till)
    with django_assert_num_queries(1):
        call("/who?api_key=TILL")
