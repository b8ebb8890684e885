import ast
import datetime as dt
import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from escherauth import Escher, EscherException
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loyalty.api import signing
from loyalty.api.signing import ANTAVO, BadSignature, RawRequest, Scheme, Signer, Verified, sign, verify
from tests.api_keys import secrets_of

ROOT = Path(__file__).resolve().parents[2]
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
    assert check(authorized(request_, text)) == Verified("API_KEY", signature, NOW, presigned=False)


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


# Properties

TEXT = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=12)
SEGMENT = st.text("abcXYZ019-_~@%$ é", min_size=1, max_size=8).map(lambda text: text.encode())
PIECE = st.binary(max_size=6).map(lambda raw: "".join(f"%{byte:02X}" for byte in raw).encode()) | st.from_regex(
    rb"[a-zA-Z0-9.,+;:@_~*!-]{0,8}", fullmatch=True
)
QUERY = st.lists(st.tuples(PIECE, PIECE), max_size=4).map(lambda pairs: b"&".join(b"=".join(pair) for pair in pairs))
REQUESTS = st.builds(
    lambda method, path, query, date, body, kind: RawRequest(
        method, b"/" + b"/".join(path), query, [("host", HOST), ("date", date), ("content-type", kind)], body
    ),
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
    st.lists(SEGMENT, max_size=3),
    QUERY,
    st.sampled_from(list(DATES.values())),
    st.binary(max_size=40),
    TEXT,
)


def meaning(request: RawRequest) -> tuple[object, ...]:
    """What two requests must share to be the same request: the query as decoded pairs, headers without idle spaces."""
    parts = [part.partition(b"=") for part in request.query.split(b"&") if part]
    pairs = sorted(
        (unquote_to_bytes(k.replace(b"+", b" ")), unquote_to_bytes(v.replace(b"+", b" "))) for k, _, v in parts
    )
    headers = {name: re.sub(r"\s+", " ", value).strip() for name, value in request.headers}
    headers["authorization"] = headers["authorization"].replace(", ", ",")
    return request.method, request.path, pairs, headers, request.body


@st.composite
def mutations(draw: st.DrawFn) -> tuple[RawRequest, RawRequest]:
    request = signed(draw(REQUESTS), also=("content-type",))
    field = draw(st.sampled_from(["method", "path", "query", "host", "content-type", "date", "body", "authorization"]))
    if field in ("method", "path", "query", "body"):
        other = getattr(draw(REQUESTS), field)
        joined = draw(st.booleans()) and field != "method"
        return request, replace(request, **{field: getattr(request, field) + other if joined else other})
    old = dict(request.headers)[field]
    at = draw(st.integers(0, max(0, len(old) - 1)))
    new = old[:at] + draw(st.sampled_from(["", "0", "1", "f", "Z", " x", "/"])) + old[at + 1 :]
    return request, with_header(request, field, new)


def refuses_mutation(pair: tuple[RawRequest, RawRequest]) -> None:
    request, mutant = pair
    assert check(request).key == "API_KEY"
    assume(meaning(mutant) != meaning(request))
    with pytest.raises(BadSignature):
        check(mutant)


@settings(max_examples=400, deadline=None)
@given(mutations())
def test_no_mutation_of_a_signed_request_is_accepted(pair: tuple[RawRequest, RawRequest]) -> None:
    refuses_mutation(pair)


@pytest.mark.prove
@settings(max_examples=10_000, deadline=None)
@given(mutations())
def test_none_of_ten_thousand_mutations_is_accepted(pair: tuple[RawRequest, RawRequest]) -> None:
    refuses_mutation(pair)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.binary(max_size=100))
def test_noise_never_passes_and_never_crashes(text: str, query: bytes) -> None:
    with pytest.raises(BadSignature):
        check(RawRequest("POST", b"/events", query, [("host", text), ("date", text), ("authorization", text)], b""))


REFERENCE_OPTIONS = {
    "algo_prefix": "ANTAVO",
    "vendor_key": "Antavo",
    "auth_header_name": "Authorization",
    "date_header_name": "Date",
    "current_time": NOW,
}


def known_to_reference(request: RawRequest) -> dict[str, object]:
    url = request.path.decode() + ("?" + request.query.decode() if request.query else "")
    headers = [[name, value] for name, value in request.headers]
    return {"method": request.method, "url": url, "headers": headers, "body": request.body.decode()}


def reference_accepts(request: RawRequest) -> bool:
    reference = Escher("", "", "demo/api/antavo_request", REFERENCE_OPTIONS)
    try:
        return bool(reference.authenticate(known_to_reference(request), SECRETS))
    except (EscherException, ValueError):
        return False


def signed_by_reference(request: RawRequest) -> str:
    reference = Escher("API_KEY", "API_SECRET", "demo/api/antavo_request", REFERENCE_OPTIONS)
    known = reference.sign_request(known_to_reference(request))
    return next(value for name, value in known["headers"] if name == "Authorization")


def our_own_accepts(request: RawRequest) -> bool:
    try:
        return bool(check(request, scheme=Scheme(region="demo")))
    except BadSignature:
        return False


KNOWN_QUERY = st.lists(
    st.tuples(
        st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.from_regex(r"[a-zA-Z0-9.,+:@_~*!-]{0,8}", fullmatch=True)
    ),
    max_size=4,
).map(lambda pairs: "&".join("=".join(pair) for pair in pairs).encode())


KNOWN_REQUESTS = st.builds(
    lambda method, path, query, date, text: RawRequest(
        method, path.encode(), query, [("host", HOST), ("date", date)], text.encode()
    ),
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.from_regex(r"/|/[a-z0-9@%~-]{1,9}(/[a-z0-9]{1,5})?", fullmatch=True),
    KNOWN_QUERY,
    st.sampled_from([DATES["basic"], DATES["http"]]),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
TAMPERED = st.sampled_from(["", "5", "a"])


def agrees_with_reference(plain: RawRequest, tamper: str) -> None:
    request = signed(plain)
    assert header_of(request) == signed_by_reference(plain)
    if tamper:
        request = with_header(request, "authorization", header_of(request)[:-1] + tamper)
    assert our_own_accepts(request) == reference_accepts(request)


@settings(max_examples=300, deadline=None)
@given(KNOWN_REQUESTS, TAMPERED)
def test_the_verdict_is_that_of_the_reference(plain: RawRequest, tamper: str) -> None:
    agrees_with_reference(plain, tamper)


@pytest.mark.prove
@settings(max_examples=10_000, deadline=None)
@given(KNOWN_REQUESTS, TAMPERED)
def test_ten_thousand_verdicts_are_those_of_the_reference(plain: RawRequest, tamper: str) -> None:
    agrees_with_reference(plain, tamper)


# The rule for the whole tree

SECRET_NAME = re.compile(r"(^|_)(signature|mac|hmac|token|digest|secret|nonce|password)(_hash|_digest)?$")


def compared_secrets(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            for side in (node.left, *node.comparators):
                name = getattr(side, "attr", getattr(side, "id", ""))
                if SECRET_NAME.search(name.lower()):
                    yield f"line {node.lineno}: {name}"


def test_the_rule_finds_a_planted_comparison() -> None:
    assert list(compared_secrets("if given.signature == expected:\n    pass")) == ["line 1: signature"]
    assert not list(compared_secrets("hmac.compare_digest(signature, other)"))


def test_no_secret_is_compared_with_equals() -> None:
    folders = [folder for folder in ROOT.iterdir() if (folder / "__init__.py").exists() and folder.name != "tests"]
    found = [
        f"{path.relative_to(ROOT)} {place}"
        for folder in folders
        for path in folder.rglob("*.py")
        for place in compared_secrets(path.read_text())
    ]
    assert found == []


def test_the_verifier_compares_in_constant_time() -> None:
    assert "compare_digest" in Path(signing.__file__).read_text()
