"""Signed requests: our own verifier of the Escher scheme, and a signer for tests, benchmarks and documentation.

The order of the checks is part of the design: grammar, key, date window, canonical form of the raw bytes, HMAC. Nothing
of the body is parsed before the signature holds.
"""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from .canonical import Header, canonical_query, canonical_request, normal_path
from .dates import BadDate, http_date, long_date, read_date

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
UNSIGNED_PAYLOAD = b"UNSIGNED-PAYLOAD"
LONGEST_HEADER = 2048  # a real authorization header has about 200 characters
MOST_SECRETS = 2
# A key costs the same HMACs whether it has two secrets, one or none, so that time does not tell which keys exist.
NOBODYS_SECRET = secrets.token_hex(32)


class BadSignature(Exception):
    """`reason` is for people, `code` (101021-101029) for programs."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


MALFORMED, AMBIGUOUS, HEADERS, ALGORITHM, DATE, SCOPE, KEY, MISMATCH, TARGET = range(101021, 101030)


@dataclass(frozen=True)
class Scheme:
    """One dialect of Escher. An empty `region` accepts any; `service` is the fixed rest of the credential scope."""

    prefix: str = "ANTAVO"
    vendor: str = "Antavo"
    auth_header: str = "authorization"
    date_header: str = "date"
    region: str = ""
    service: str = "api/antavo_request"
    skew: int = 300
    longest_presigned: int = 3600
    mandatory: tuple[str, ...] = ()

    @property
    def algorithm(self) -> str:
        return f"{self.prefix}-HMAC-SHA256"

    def parameter(self, name: str) -> str:
        return f"X-{self.vendor}-{name}"


ANTAVO = Scheme()


@dataclass(frozen=True, slots=True)
class RawRequest:
    """What was on the wire, header names in lower case. `other_paths` are further encodings of the same path, for
    servers that keep only the decoded one."""

    method: str
    path: bytes
    query: bytes
    headers: Sequence[Header]
    body: bytes
    other_paths: tuple[bytes, ...] = ()


class Verified(NamedTuple):
    key: str
    signature: str
    at: dt.datetime
    presigned: bool
    # Which of the key's secrets: 0 or 1.
    secret: int = 0
    # The headers that it covers, in lower case.
    headers: frozenset[str] = frozenset()


class Claim(NamedTuple):
    """What a request says of its own signature; nothing of it is checked yet but the grammar."""

    key: str
    day: str
    scope: str
    signed: frozenset[str]
    signature: str
    date: str = ""
    expires: int = 0
    presigned: bool = False


def verify(
    request: RawRequest, *, now: dt.datetime, secrets_of: Callable[[str], Sequence[str]], scheme: Scheme = ANTAVO
) -> Verified:
    """The key that signed the request, or BadSignature. A key has at most two secrets, and an unknown one none."""
    _check_target(request)
    claim = _read_claim(request, scheme)
    known = tuple(secrets_of(claim.key))
    at = _check_dates(claim, now, scheme)
    signed = _signed_headers(request, claim)
    tried = (*known, *[NOBODYS_SECRET] * (MOST_SECRETS - len(known)))
    matches = _matches(request, claim, signed, tried, at, scheme)
    if not known:
        raise BadSignature("Invalid Escher key", KEY)
    if True not in matches[: len(known)]:
        raise BadSignature("The signatures do not match", MISMATCH)
    return Verified(claim.key, claim.signature, at, claim.presigned, matches.index(True), claim.signed)


def _check_start(request: RawRequest) -> None:
    if request.method.upper() not in METHODS:
        raise BadSignature("The request method is invalid", TARGET)
    if request.path.startswith((b"http://", b"https://")):
        raise BadSignature("The request url shouldn't contains http or https", TARGET)


def _check_target(request: RawRequest) -> None:
    _check_start(request)
    # The signature covers the normal form, the routes see the raw one: only where both are the same is it clear
    # what was signed.
    if normal_path(request.path) != request.path:
        raise BadSignature("The request path must be in its normal form, without '//', '/./' and '/../'", TARGET)


def _read_claim(request: RawRequest, scheme: Scheme) -> Claim:
    texts = [value for name, value in request.headers if name == scheme.auth_header]
    presigned = _presigned_parameters(request.query, scheme)
    if len(texts) + bool(presigned) > 1:
        raise BadSignature("The request is signed more than once: use one authorization header or one URL", AMBIGUOUS)
    if presigned and request.method.upper() == "GET":
        return _claim_of_url(request, presigned, scheme)
    if not texts:
        raise BadSignature("The authorization header is missing", MALFORMED)
    claim = _parse(texts[0], scheme)
    _check_mandatory(request, claim, (*scheme.mandatory, "host", scheme.date_header))
    return claim._replace(date=dict(request.headers)[scheme.date_header].strip())


def _presigned_parameters(query: bytes, scheme: Scheme) -> dict[str, str]:
    start = scheme.parameter("")
    if not query or start.encode() not in unquote_to_bytes(query):
        return {}
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise BadSignature("The query string has more than 1000 parameters", TARGET) from None
    found = [(name[len(start) :], value) for name, value in pairs if name.startswith(start)]
    if len(dict(found)) != len(found):
        raise BadSignature(f"A parameter {start}... is repeated", AMBIGUOUS)
    return dict(found)


def _claim_of_url(request: RawRequest, given: dict[str, str], scheme: Scheme) -> Claim:
    missing = {"Algorithm", "Credentials", "Date", "Expires", "SignedHeaders", "Signature"} - given.keys()
    if missing:
        raise BadSignature(f"Missing authorization parameter: {min(missing)}", MALFORMED)
    text = _header(given["Algorithm"], given["Credentials"], given["SignedHeaders"], given["Signature"])
    claim = _parse(text, scheme)
    expires = int(given["Expires"]) if re.fullmatch("[0-9]{1,9}", given["Expires"]) else 0
    if not 0 < expires <= scheme.longest_presigned:
        raise BadSignature(f"Expires must be between 1 and {scheme.longest_presigned} seconds", DATE)
    if request.body:
        raise BadSignature("A presigned URL takes no body", TARGET)
    _check_mandatory(request, claim, (*scheme.mandatory, "host"))
    return claim._replace(date=given["Date"], expires=expires, presigned=True)


@lru_cache
def _grammar(prefix: str) -> re.Pattern[str]:
    return re.compile(
        rf"{re.escape(prefix)}-HMAC-([A-Z0-9]{{1,16}}) Credential=([A-Za-z0-9_.-]{{1,128}})/([0-9]{{8}})/"
        r"([A-Za-z0-9_ ./-]{1,200}), ?SignedHeaders=([A-Za-z0-9-]+(?:;[A-Za-z0-9-]+){0,50}), ?Signature=([0-9a-f]{64})"
    )


def _parse(text: str, scheme: Scheme) -> Claim:
    match = _grammar(scheme.prefix).fullmatch(text) if len(text) <= LONGEST_HEADER else None
    if not match:
        raise BadSignature("Could not parse auth header", MALFORMED)
    algorithm, key, day, scope, names, signature = match.groups()
    if algorithm not in ("SHA256", "SHA512"):
        raise BadSignature("Only SHA256 and SHA512 hash algorithms are allowed", ALGORITHM)
    if algorithm != "SHA256":
        raise BadSignature("The hash algorithm must be SHA256", ALGORITHM)
    signed = names.lower().split(";")
    if len(set(signed)) != len(signed):
        raise BadSignature("SignedHeaders names a header twice", HEADERS)
    return Claim(key, day, scope, frozenset(signed), signature)


def _check_mandatory(request: RawRequest, claim: Claim, names: Iterable[str]) -> None:
    present = dict(request.headers)
    for name in names:
        if name not in claim.signed:
            raise BadSignature(f"The {name} header is not signed", HEADERS)
        if name not in present:
            raise BadSignature(f"The {name} header is missing", HEADERS)


def _check_dates(claim: Claim, now: dt.datetime, scheme: Scheme) -> dt.datetime:
    try:
        at = read_date(claim.date)
    except BadDate:
        raise BadSignature("The request date cannot be read", DATE) from None
    if long_date(at)[:8] != claim.day:
        raise BadSignature("The credential date does not match with the request date", DATE)
    age = (now - at).total_seconds()
    if not -scheme.skew <= age <= scheme.skew + claim.expires:
        raise BadSignature("The request date is not within the accepted time range", DATE)
    region, slash, service = claim.scope.partition("/")
    if not slash or service != scheme.service or not region or scheme.region not in ("", region):
        raise BadSignature("The credential scope is invalid", SCOPE)
    return at


def _signed_headers(request: RawRequest, claim: Claim) -> list[Header]:
    signed = [header for header in request.headers if header[0] in claim.signed]
    names = {name for name, _ in signed}
    if len(names) != len(signed):
        raise BadSignature("A signed header is repeated", AMBIGUOUS)
    if names != claim.signed:
        raise BadSignature(f"The {min(claim.signed - names)} header is missing", HEADERS)
    if not all(value.isascii() or value.encode("latin-1", "ignore").decode("latin-1") == value for _, value in signed):
        raise BadSignature("A signed header has characters that cannot be sent", HEADERS)
    return signed


def _matches(
    request: RawRequest, claim: Claim, headers: list[Header], secrets: Sequence[str], at: dt.datetime, scheme: Scheme
) -> list[bool]:
    """Of each secret, whether it made the signature; all of them are tried, whichever does."""
    payload = UNSIGNED_PAYLOAD if claim.presigned else request.body
    own = scheme.parameter("Signature").encode("ascii") if claim.presigned else b""
    query = canonical_query(request.query, without=own)
    matches = [False] * len(secrets)
    for path in (request.path, *request.other_paths):
        form = canonical_request(request.method, path, query, headers, payload)
        for place, secret in enumerate(secrets):
            matches[place] |= hmac.compare_digest(_signature(form, secret, at, claim.scope, scheme), claim.signature)
    return matches


def _signature(form: bytes, secret: str, at: dt.datetime, scope: str, scheme: Scheme) -> str:
    moment = long_date(at)
    full_scope = f"{moment[:8]}/{scope}"
    text = "\n".join((scheme.algorithm, moment, full_scope, hashlib.sha256(form).hexdigest()))
    return hmac.digest(_signing_key(scheme.prefix + secret, full_scope), text.encode(), "sha256").hex()


@lru_cache(maxsize=256)
def _signing_key(secret: str, full_scope: str) -> bytes:
    """Changes once a day for each key, and is most of the cost of a signature."""
    digest = secret.encode()
    for part in full_scope.split("/"):
        digest = hmac.digest(digest, part.encode(), "sha256")
    return digest


def _header(algorithm: str, credential: str, names: str, signature: str) -> str:
    return f"{algorithm} Credential={credential}, SignedHeaders={names}, Signature={signature}"


@dataclass(frozen=True, slots=True)
class Signer:
    """The other side: what a client does. For tests, benchmarks and the documentation."""

    key: str
    secret: str
    region: str
    scheme: Scheme = ANTAVO

    def __post_init__(self) -> None:
        if not (self.key and self.secret):
            raise BadSignature("Invalid Escher key", KEY)

    @property
    def scope(self) -> str:
        return f"{self.region}/{self.scheme.service}"

    def authorization(self, request: RawRequest, *, at: dt.datetime, signed: Iterable[str] = ()) -> str:
        """The value of the authorization header; the date and host headers are always signed."""
        _check_start(request)
        names = {name.lower() for name in signed} | {"host", self.scheme.date_header}
        headers = [header for header in request.headers if header[0] in names]
        query = canonical_query(request.query)
        form = canonical_request(request.method, normal_path(request.path), query, headers, request.body)
        signature = _signature(form, self.secret, at, self.scope, self.scheme)
        credential = f"{self.key}/{long_date(at)[:8]}/{self.scope}"
        return _header(self.scheme.algorithm, credential, ";".join(sorted(names)), signature)

    def presign(self, target: str, *, host: str, at: dt.datetime, expires: int) -> str:
        """`target` (path and query) with the signature in its query string: a GET that needs no headers."""
        name = self.scheme.parameter
        claims = {
            name("Algorithm"): self.scheme.algorithm,
            name("Credentials"): f"{self.key}/{long_date(at)[:8]}/{self.scope}",
            name("Date"): long_date(at),
            name("Expires"): str(expires),
            name("SignedHeaders"): "host",
        }
        target = f"{target}{'&' if '?' in target else '?'}{urlencode(claims)}"
        path, _, query = target.encode().partition(b"?")
        form = canonical_request("GET", path, canonical_query(query), [("host", host)], UNSIGNED_PAYLOAD)
        return f"{target}&{urlencode({name('Signature'): _signature(form, self.secret, at, self.scope, self.scheme)})}"


def sign(
    signer: Signer, method: str, target: str, *, host: str, body: bytes = b"", at: dt.datetime, key: str | None = None
) -> dict[str, str]:
    """The headers to send with a request to `target` (path and query as they go over the wire); `key` names the write."""
    sent = {"Host": host, "Date": http_date(at)} | ({"Idempotency-Key": key} if key is not None else {})
    path, _, query = target.encode().partition(b"?")
    request = RawRequest(method, path, query, [(name.lower(), value) for name, value in sent.items()], body)
    return {**sent, "Authorization": signer.authorization(request, at=at, signed=sent)}
