"""Requests with signatures, as they come in."""

import datetime as dt
from dataclasses import replace

import pytest

from loyalty.api.access.signing import ANTAVO, BadSignature, RawRequest, Scheme, Signer, Verified, verify
from tests.api_keys import secrets_of

HOST = "api.demo.antavo.com"
NOW = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
SIGNER = Signer("API_KEY", "API_SECRET", "demo")
SECRETS = {"API_KEY": "API_SECRET", "OTHER_KEY": "OTHER_SECRET"}
BODY = b'{"customer":"c1","action":"point_add","data":{"points":5}}'
DATES = {
    "basic": "20240102T030405Z",
    "http": "Tue, 02 Jan 2024 03:04:05 GMT",
    "offset": "2024-01-02T03:04:05+00:00",
}


def post(date: str = DATES["basic"], body: bytes = BODY) -> RawRequest:
    return RawRequest("POST", b"/events", b"", [("host", HOST), ("date", date)], body)


def get() -> RawRequest:
    query = b"fields=purchases.ytd%2Cexpiring_points&api_key=API_KEY"
    return RawRequest("GET", b"/customers/c%201", query, [("host", HOST), ("date", DATES["basic"])], b"")


def signed(
    request: RawRequest, *, at: dt.datetime = NOW, signer: Signer = SIGNER, also: tuple[str, ...] = ()
) -> RawRequest:
    text = signer.authorization(request, at=at, signed=also)
    return replace(request, headers=[*request.headers, ("authorization", text)])


def with_header(request: RawRequest, name: str, value: str) -> RawRequest:
    return replace(request, headers=[(other, value if other == name else old) for other, old in request.headers])


def authorized(request: RawRequest, text: str) -> RawRequest:
    return with_header(signed(request), "authorization", text)


def header_of(request: RawRequest) -> str:
    return dict(request.headers)["authorization"]


def check(request: RawRequest, *, now: dt.datetime = NOW, scheme: Scheme = ANTAVO) -> Verified:
    return verify(request, now=now, secrets_of=secrets_of(SECRETS), scheme=scheme)


def refusal(request: RawRequest, *, now: dt.datetime = NOW, scheme: Scheme = ANTAVO) -> str:
    with pytest.raises(BadSignature) as caught:
        check(request, now=now, scheme=scheme)
    return caught.value.reason
