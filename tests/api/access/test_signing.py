import datetime as dt
import hmac
from dataclasses import replace

import pytest

from loyalty.api.access.signing import BadSignature, RawRequest, Scheme, Signer, Verified, sign
from tests.api.access.signed import (
    BODY,
    DATES,
    HOST,
    NOW,
    SIGNER,
    authorized,
    check,
    get,
    header_of,
    post,
    refusal,
    signed,
    with_header,
)


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (post(), "e0a82d7d9b19379c6012de6da929f039425ea5468c63b461996013959b5ccd57"),
        (post(DATES["http"]), "fab1bec071ecb5d04b789f0dd8ad8a590874debd16b1047221073318b298f9d0"),
        (get(), "f1e8851d3be30d088f7287ca8a3691f46205cba9f6cb35994ddd508bab50ec7d"),
    ],
)
def test_computed_signatures(request_: RawRequest, signature: str) -> None:
    credential = "Credential=API_KEY/20240102/demo/api/antavo_request"
    text = f"ANTAVO-HMAC-SHA256 {credential}, SignedHeaders=date;host, Signature={signature}"
    assert SIGNER.authorization(request_, at=NOW) == text
    assert check(authorized(request_, text)) == Verified(
        "API_KEY", signature, NOW, presigned=False, headers=frozenset({"date", "host"})
    )


@pytest.mark.parametrize("date", DATES.values(), ids=DATES.keys())
def test_each_form_of_the_date_is_accepted(date: str) -> None:
    assert check(signed(post(date))).at == NOW


def test_a_date_with_an_offset_counts_as_its_utc_moment() -> None:
    assert check(signed(post("2024-01-02T05:04:05+02:00"))).at == NOW


@pytest.mark.parametrize(
    "date", ["", "yesterday", "2024-01-02", "20240102T030405", "20240199T030405Z", "0001-01-01T00:00:00+23:00", "٢٠٢٤"]
)
def test_an_unreadable_date_is_refused(date: str) -> None:
    request = with_header(signed(post()), "date", date)
    assert refusal(request) == "The request date cannot be read"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_date_window_is_300_seconds(seconds: int) -> None:
    assert check(signed(post()), now=NOW + dt.timedelta(seconds=seconds)).key == "API_KEY"
    beyond = NOW + dt.timedelta(seconds=seconds + seconds // 300)
    assert refusal(signed(post()), now=beyond) == "The request date is not within the accepted time range"


def test_the_credential_must_name_the_day_of_the_date() -> None:
    text = header_of(signed(post())).replace("/20240102/", "/20240103/")
    assert refusal(authorized(post(), text)) == "The credential date does not match with the request date"


@pytest.mark.parametrize(
    "text", ["", "Bearer abc", "INVALID AUTH HEADER", "ANTAVO-HMAC-SHA256 Credential=API_KEY", "x" * 9000]
)
def test_a_malformed_header_is_refused_with_its_code(text: str) -> None:
    with pytest.raises(BadSignature, match="Could not parse auth header") as caught:
        check(authorized(post(), text))
    assert caught.value.code == 101021


def test_a_missing_header_is_refused() -> None:
    assert refusal(post()) == "The authorization header is missing"


@pytest.mark.parametrize(("name", "left"), [("host", "date"), ("date", "host")])
def test_host_and_date_must_be_signed(name: str, left: str) -> None:
    text = header_of(signed(post())).replace("SignedHeaders=date;host", f"SignedHeaders={left}")
    assert refusal(authorized(post(), text)) == f"The {name} header is not signed"


@pytest.mark.parametrize("name", ["host", "date", "content-type"])
def test_a_signed_header_must_be_there(name: str) -> None:
    request = replace(post(), headers=[*post().headers, ("content-type", "application/json")])
    request = signed(request, also=("content-type",))
    left = [header for header in request.headers if header[0] != name]
    assert refusal(replace(request, headers=left)) == f"The {name} header is missing"


@pytest.mark.parametrize("name", ["host", "date", "content-type"])
def test_a_repeated_signed_header_is_refused(name: str) -> None:
    request = replace(post(), headers=[*post().headers, ("content-type", "application/json")])
    request = signed(request, also=("content-type",))
    again = (name, dict(request.headers)[name])
    assert refusal(replace(request, headers=[*request.headers, again])) == "A signed header is repeated"


def test_a_header_named_twice_is_refused() -> None:
    text = header_of(signed(post())).replace("date;host", "date;host;host")
    assert refusal(authorized(post(), text)) == "SignedHeaders names a header twice"


def test_two_authorization_headers_are_refused() -> None:
    request = signed(post())
    twice = replace(request, headers=[*request.headers, ("authorization", header_of(request))])
    assert "more than once" in refusal(twice)


@pytest.mark.parametrize("name", ["X-Antavo-Signature", "X%2DAntavo%2DSignature", "X-Antavo-Date"])
def test_a_signature_in_both_url_and_header_is_refused(name: str) -> None:
    request = replace(post(), query=f"{name}={'0' * 64}".encode())
    assert "more than once" in refusal(signed(request))


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA999", "MD5"])
def test_another_hash_algorithm_is_refused(algorithm: str) -> None:
    text = header_of(signed(post())).replace("SHA256", algorithm)
    assert refusal(authorized(post(), text)) == "Only SHA256 and SHA512 hash algorithms are allowed"


@pytest.mark.parametrize(
    "scope", ["demo/api/other_request", "api/antavo_request", "a/b/api/antavo_request", "/api/antavo_request"]
)
def test_another_scope_is_refused(scope: str) -> None:
    text = header_of(signed(post())).replace("demo/api/antavo_request", scope)
    assert refusal(authorized(post(), text)) == "The credential scope is invalid"


def test_any_region_is_accepted_unless_one_is_set() -> None:
    elsewhere = signed(post(), signer=Signer("API_KEY", "API_SECRET", "st2"))
    assert check(elsewhere).key == "API_KEY"
    assert check(elsewhere, scheme=Scheme(region="st2")).key == "API_KEY"
    assert refusal(elsewhere, scheme=Scheme(region="eu6")) == "The credential scope is invalid"


def test_an_unknown_key_is_refused_after_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bool] = []
    real = hmac.compare_digest

    def spy(left: str, right: str) -> bool:
        compared.append(real(left, right))
        return compared[-1]

    monkeypatch.setattr(hmac, "compare_digest", spy)
    assert refusal(signed(post(), signer=Signer("NOBODY", "x", "demo"))) == "Invalid Escher key"
    assert refusal(signed(post(), signer=Signer("API_KEY", "x", "demo"))) == "The signatures do not match"
    check(signed(post()))
    # Two secrets each, whether there are two, one or none.
    assert compared == [False, False, False, False, True, False]


def test_the_key_of_another_integrator_does_not_fit() -> None:
    text = header_of(signed(post())).replace("API_KEY", "OTHER_KEY")
    assert refusal(authorized(post(), text)) == "The signatures do not match"


@pytest.mark.parametrize("path", [b"//events", b"/./events", b"/x/../events", b"/events/.", b"events", b""])
def test_a_path_that_is_not_normal_is_refused(path: bytes) -> None:
    assert "normal form" in refusal(replace(signed(post()), path=path))


def test_only_http_methods_are_accepted() -> None:
    assert refusal(replace(signed(post()), method="INVALID")) == "The request method is invalid"


def test_a_further_encoding_of_the_path_may_be_the_signed_one() -> None:
    request = signed(replace(post(), path=b"/customers/a@b"))
    assert check(replace(request, path=b"/customers/a%40b", other_paths=(b"/customers/a@b",))).key == "API_KEY"


def test_invalid_utf_8_in_the_query_stays_apart() -> None:
    request = signed(replace(get(), query=b"q=%FF"))
    assert refusal(replace(request, query=b"q=%FE")) == "The signatures do not match"


def presigned(expires: int = 60, target: str = "/customers/c1?fields=a%2Cb") -> RawRequest:
    path, _, query = SIGNER.presign(target, host=HOST, at=NOW, expires=expires).encode().partition(b"?")
    return RawRequest("GET", path, query, [("host", HOST)], b"")


def test_a_presigned_url_is_good_until_it_expires() -> None:
    assert check(presigned(), now=NOW + dt.timedelta(seconds=359)).presigned
    assert "time range" in refusal(presigned(), now=NOW + dt.timedelta(seconds=361))


def test_a_presigned_url_lasts_an_hour_at_most() -> None:
    assert refusal(presigned(3601)) == "Expires must be between 1 and 3600 seconds"


def test_a_presigned_url_is_for_get_without_a_body() -> None:
    assert refusal(replace(presigned(), method="POST")) == "The authorization header is missing"
    assert refusal(replace(presigned(), body=b"x")) == "A presigned URL takes no body"


def test_a_repeated_presigned_parameter_is_refused() -> None:
    assert "is repeated" in refusal(replace(presigned(), query=presigned().query + b"&X-Antavo-Expires=60"))


def test_an_incomplete_presigned_url_names_what_is_missing() -> None:
    query = presigned().query.replace(b"X-Antavo-Expires=60&", b"")
    assert refusal(replace(presigned(), query=query)) == "Missing authorization parameter: Expires"


def test_sign_gives_the_headers_to_send() -> None:
    headers = sign(SIGNER, "POST", "/events?a=1", host=HOST, body=BODY, at=NOW)
    lower = [(name.lower(), value) for name, value in headers.items()]
    assert check(RawRequest("POST", b"/events", b"a=1", lower, BODY)).key == "API_KEY"
