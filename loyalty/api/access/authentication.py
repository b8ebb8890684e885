"""Who calls: a signed request, or a plain `api_key` in the query string or in the body."""

import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from loyalty.api.body.parsers import API_KEY, body_key, raw_body
from loyalty.api.keys import queries
from loyalty.api.keys.enums import KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import note_use
from loyalty.api.problems import CHALLENGE, ApiError, unauthorized

from .raw import raw_request
from .signing import AMBIGUOUS, ANTAVO, KEY, MALFORMED, MISMATCH, TARGET, BadSignature, Scheme, Verified, verify

SIGNATURE_REQUIRED = 101030
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True)
class Signature:
    """Of a signed request: a digest that only the same signed bytes give again, the date, and which headers it covers."""

    nonce: str
    at: dt.datetime
    headers: frozenset[str]


@dataclass(frozen=True)
class Integrator:
    """The user of an API request. `signature` is set when the request was signed."""

    api_key: ApiKey
    signature: Signature | None = None
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True

    @property
    def pk(self) -> int:
        return self.api_key.pk

    def __str__(self) -> str:
        return self.api_key.name


def signature_of(request: Request) -> Signature | None:
    """None for requests with a plain key."""
    return request.user.signature if isinstance(request.user, Integrator) else None


def may_fix_points(request: Request) -> bool:
    """Whether the orders of this key may name the points that they earn."""
    return isinstance(request.user, Integrator) and request.user.api_key.may_fix_points


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Integrator, ApiKey]:
        body = raw_body(request._request)  # first: caps the size, and keeps the bytes for the signature
        if request.META.get("HTTP_AUTHORIZATION") or ANTAVO.parameter("Signature") in request.query_params:
            return self._signed(request, body)
        return self._plain(request)

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE

    def _signed(self, request: Request, body: bytes) -> tuple[Integrator, ApiKey]:
        found: dict[str, queries.Credentials] = {}

        def secrets_of(name: str) -> list[str]:
            if known := queries.api_key(name):
                found[name] = known
            return list(known.secrets.values()) if known else []

        scheme = Scheme(region=getattr(settings, "LOYALTY_API_REGION", None) or "")
        try:
            verified = verify(
                raw_request(request._request, body), now=timezone.now(), secrets_of=secrets_of, scheme=scheme
            )
            self._check_claims(request, verified)
        except BadSignature as error:
            raise _public(error) from None
        row = found[verified.key].key
        note_use(row, list(found[verified.key].secrets)[verified.secret])
        return Integrator(row, Signature(_nonce(row, verified.signature), verified.at, verified.headers)), row

    def _check_claims(self, request: Request, verified: Verified) -> None:
        view = request.parser_context.get("view")
        if verified.presigned and not getattr(view, "presigned", False):
            raise BadSignature("This address takes no presigned URLs", TARGET)
        for given in request.query_params.getlist(API_KEY):
            if not hmac.compare_digest(given.encode(), verified.key.encode()):
                raise BadSignature("The api_key in the query string is not the key that signed the request", AMBIGUOUS)

    def _plain(self, request: Request) -> tuple[Integrator, ApiKey]:
        given = _given_key(request)
        known = queries.api_key(given)
        if known is None:
            raise unauthorized("Invalid api_key", KEY)
        row = known.key
        if row.kind == KeyKind.SERVER:
            raise unauthorized("This key must sign its requests: send an Authorization header", SIGNATURE_REQUIRED)
        note_use(row)
        return Integrator(row), row


def _given_key(request: Request) -> str:
    given: list[object] = list(dict.fromkeys(request.query_params.getlist(API_KEY)))
    if not given:
        _ = request.data  # parsing takes the key out of the body
        given = [key for key in (body_key(request._request),) if key]
    match given:
        case [str() as key] if _KEY.fullmatch(key):
            return key
        case [] | [""]:
            raise unauthorized("No api_key provided")
    raise unauthorized("Invalid api_key", KEY)


def _nonce(row: ApiKey, signature: str) -> str:
    return hashlib.sha256(f"{row.pk}:{signature}".encode()).hexdigest()


def _public(error: BadSignature) -> ApiError:
    if error.code == MALFORMED:
        return unauthorized("Auth header format is invalid", MALFORMED)
    if error.code in (KEY, MISMATCH):
        # One answer for both: which keys exist is not for strangers.
        return unauthorized("Invalid Escher key, or the signatures do not match", MISMATCH)
    return unauthorized(error.reason, error.code)
