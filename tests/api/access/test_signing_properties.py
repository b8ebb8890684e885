"""The verifier against random requests, their mutations, and the reference."""

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

import pytest
from escherauth import Escher, EscherException
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from loyalty.api.access import signing
from loyalty.api.access.dates import http_date, long_date
from loyalty.api.access.signing import BadSignature, RawRequest, Scheme
from tests.api.access.signed import DATES, HOST, NOW, SECRETS, check, header_of, signed, with_header

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
    # Each named header is signed, in whatever order the names stand.
    headers["authorization"] = re.sub(
        "SignedHeaders=([^,]*)",
        lambda names: ";".join(sorted(names[1].lower().split(";"))),
        headers["authorization"].replace(", ", ","),
    )
    return request.method, request.path, pairs, headers, request.body


def cut(draw: st.DrawFn, text: bytes) -> bytes:
    """The bytes with one of them changed, left out, or put in."""
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.binary(max_size=2)) + text[at + draw(st.integers(0, 1)) :]


def other_method(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    return replace(request, method=draw(st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])))


def other_path(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    path = request.path
    change = draw(st.sampled_from(["bytes", "more", "escaped", "unescaped", "case", "other"]))
    if change == "bytes":
        path = cut(draw, path)
    elif change == "more":
        path += draw(st.sampled_from([b"/", b"/..", b"/.", b"//", b"%2F", b"%00", b";x", b"/merge"]))
    elif change == "escaped":
        at = draw(st.integers(0, len(path) - 1))
        path = path[:at] + b"%%%02X" % path[at] + path[at + 1 :]
    elif change == "unescaped":
        path = unquote_to_bytes(path)
    elif change == "case":
        path = path.swapcase()
    else:
        path = b"/" + b"/".join(draw(st.lists(SEGMENT, max_size=3)))
    return replace(request, path=path)


def other_order_of_the_query(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    """Names and values in another order than each other, pairs out of their order, or swapped."""
    pairs = [part.partition(b"=")[::2] for part in request.query.split(b"&")]
    names, values = [name for name, _ in pairs], draw(st.permutations([value for _, value in pairs]))
    if draw(st.booleans()):
        names, values = values, names
    kept = draw(st.integers(0, len(pairs)))
    moved = [name + b"=" + value for name, value in zip(names, values, strict=True)]
    return replace(request, query=b"&".join(moved[:kept]))


RECODINGS = [
    (b"%", b"%25"), (b"&", b"%26"), (b"=", b"%3D"), (b"+", b"%2B"), (b"%2B", b"+"), (b"%26", b"&"), (b"%3D", b"="),
    (b"&", b";"), (b"%25", b"%"), (b"%00", b""), (b"%20", b""), (b"=", b"=="), (b"~", b"%257E"),
]  # fmt: skip


def other_encoding_of_the_query(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    old, new = draw(st.sampled_from(RECODINGS))
    return replace(request, query=request.query.replace(old, new, draw(st.integers(1, 3))))


def other_query(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    added = b"&" + draw(PIECE) + b"=" + draw(PIECE)
    return replace(request, query=draw(st.sampled_from([request.query + added, cut(draw, request.query), b""])))


def other_header(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    """A signed one changed, left out, or sent twice."""
    name = draw(st.sampled_from(["host", "content-type"]))
    value, change = dict(request.headers)[name], draw(st.sampled_from(["value", "gone", "twice", "joined"]))
    if change == "value":
        return with_header(request, name, cut(draw, value.encode("latin-1")).decode("latin-1"))
    if change == "joined":
        return with_header(request, name, f"{value},{value}")
    left = [header for header in request.headers if header[0] != name]
    return replace(request, headers=left if change == "gone" else [*request.headers, (name, draw(TEXT))])


def other_names_of_headers(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    names = ";".join(
        draw(st.lists(st.sampled_from(["host", "date", "content-type", "x-more", "authorization"]), max_size=5))
    )
    text = re.sub("SignedHeaders=[^,]*", f"SignedHeaders={names}", header_of(request))
    return with_header(request, "authorization", text)


def other_body(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    body = request.body
    return replace(
        request, body=draw(st.sampled_from([cut(draw, body), body + b" ", b" " + body, body[:-1], body * 2]))
    )


def other_scope(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    parts = ["API_KEY", "20240102", "demo", "api", "antavo_request"]
    parts[draw(st.integers(0, 4))] = draw(
        st.sampled_from(["OTHER_KEY", "20240103", "20240101", "st2", "api", "aws4_request", "", "x/y"])
    )
    text = re.sub("Credential=[^,]*", f"Credential={'/'.join(parts)}", header_of(request))
    return with_header(request, "authorization", text)


def other_date(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    """Another moment, near enough to be accepted or not, or the same one in another form."""
    at = NOW + dt.timedelta(seconds=draw(st.integers(-400, 400) | st.sampled_from([86_400, -86_400])))
    return with_header(
        request, "date", draw(st.sampled_from([long_date(at), http_date(at), at.isoformat(), *DATES.values()]))
    )


def other_signature(draw: st.DrawFn, request: RawRequest) -> RawRequest:
    text = header_of(request)
    at = draw(st.integers(0, len(text) - 1))
    new = draw(st.sampled_from(["", "0", "1", "f", "Z", " x", "/"]))
    return with_header(request, "authorization", text[:at] + new + text[at + 1 :])


KINDS = [
    other_method, other_path, other_order_of_the_query, other_encoding_of_the_query, other_query, other_header,
    other_names_of_headers, other_body, other_scope, other_date, other_signature,
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, RawRequest, RawRequest]:
    """What was changed, the signed request, and the changed one."""
    request, kind = signed(draw(REQUESTS), also=("content-type",)), draw(st.sampled_from(KINDS))
    return kind.__name__, request, kind(draw, request)


def refuses_mutation(request: RawRequest, mutant: RawRequest) -> None:
    assert check(request).key == "API_KEY"
    assume(meaning(mutant) != meaning(request))
    with pytest.raises(BadSignature):
        check(mutant)


@settings(max_examples=400, deadline=None)
@given(mutations())
def test_no_mutation_of_a_signed_request_is_accepted(mutation: tuple[str, RawRequest, RawRequest]) -> None:
    refuses_mutation(*mutation[1:])


def test_a_verifier_of_the_parsed_query_would_accept_a_mutation(monkeypatch: pytest.MonkeyPatch) -> None:
    request = signed(RawRequest("GET", b"/customers", b"id=1&name=", [("host", HOST), ("date", DATES["basic"])], b""))
    mutant = replace(request, query=b"id=1")
    with pytest.raises(BadSignature):
        check(mutant)

    def parsed(query: bytes, *, without: bytes = b"") -> bytes:
        return urlencode(sorted(parse_qsl(query))).encode()

    monkeypatch.setattr(signing, "canonical_query", parsed)
    by_the_wrong_one = signed(replace(request, headers=request.headers[:-1]))
    assert check(replace(by_the_wrong_one, query=mutant.query)).key == "API_KEY"


@pytest.mark.prove
def test_none_of_ten_thousand_mutations_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    refused: Counter[str] = Counter()

    @settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(mutations())
    def run(mutation: tuple[str, RawRequest, RawRequest]) -> None:
        refuses_mutation(*mutation[1:])
        refused[mutation[0]] += 1

    run()
    with capsys.disabled():
        print(f"\n{refused.total():,} mutations refused: {dict(refused.most_common())}")
    assert refused.total() >= 10_000
    assert len(refused) == len(KINDS)


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


def agrees_with_reference(plain: RawRequest, tamper: str) -> bool:
    """The verdict, which is the same."""
    request = signed(plain)
    assert header_of(request) == signed_by_reference(plain)
    if tamper:
        request = with_header(request, "authorization", header_of(request)[:-1] + tamper)
    accepted = our_own_accepts(request)
    assert accepted == reference_accepts(request)
    return accepted


@settings(max_examples=300, deadline=None)
@given(KNOWN_REQUESTS, TAMPERED)
def test_the_verdict_is_that_of_the_reference(plain: RawRequest, tamper: str) -> None:
    agrees_with_reference(plain, tamper)


@pytest.mark.prove
def test_ten_thousand_verdicts_are_those_of_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts: Counter[str] = Counter()

    @settings(max_examples=10_000, deadline=None)
    @given(KNOWN_REQUESTS, TAMPERED)
    def run(plain: RawRequest, tamper: str) -> None:
        verdicts["accepted by both" if agrees_with_reference(plain, tamper) else "refused by both"] += 1

    run()
    with capsys.disabled():
        print(f"\n{verdicts.total():,} verdicts agree with escherauth: {dict(verdicts)}")
    assert verdicts.total() >= 10_000
