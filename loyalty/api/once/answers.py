"""A write with an `Idempotency-Key` runs once: its answer is saved in the transaction of its effect, and whoever sends
the same again gets that answer. Signed bytes without a key are refused when they come again, but for the twins of a
client that counts each of its requests.

The first to ask for its name has the turn; others with the same key wait for the end of its transaction and then read
what it saved. So neither a second copy at the same time nor a crash at any moment gives a second effect, or an effect
without its answer.
"""

import hmac
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.authentication import Integrator, signature_of
from loyalty.api.errors import translate
from loyalty.api.problems import ApiError, bad_request, conflict, unknown_customer
from loyalty.api.renderers import JsonRenderer, encode
from loyalty.engine.storage.outer import OuterTransaction, Waited
from loyalty.engine.storage.wire import RETRIED, Answer, current_wire
from loyalty.refusals import Refused

from .claims import AlreadyRun, BytesClaim, Claim, KeyClaim, Names, Saved, are_near

REPLAYED = "Idempotent-Replayed"
ATTEMPTS = 5
# Not an answer of the write itself: the same may be sent again and run.
UNSAVED = frozenset({401, 403, 429})
_KEY = re.compile(r"[!-~]{1,255}")
# Of somebody who is erased, whose answer is no longer there.
_FORGOTTEN = Saved(404, b"")


@dataclass
class About:
    """What a handler tells of its answer: whom it is about, and whether they are erased by now."""

    customer_id: int | None = None
    erased: bool = False


Handle = Callable[[About], HttpResponseBase]
Refuse = Callable[[Exception], HttpResponseBase]


def run_once(request: Request, handle: Handle, refuse: Refuse) -> HttpResponseBase:
    """The answer of `handle`, or the saved one. `refuse` makes the answer of what `handle` raises."""
    claim = _claim(request)
    if claim is None:
        return handle(About())
    write = _Write(claim)
    for attempt in range(1, ATTEMPTS + 1):
        connection.ensure_connection()
        raw = connection.connection
        # Django would ask a kept connection whether it works: the claim finds out without a question of its own.
        connection.health_check_done = True  # type: ignore[attr-defined]
        try:
            with connection.wrap_database_errors, transaction.atomic():
                return write.attempt(handle, refuse)
        except DatabaseError as error:
            # If the commit went through before the connection broke, the next attempt finds that out.
            if attempt == ATTEMPTS or not (raw.closed or isinstance(error.__cause__, RETRIED)):
                raise
            if raw.closed:
                connection.close()
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  spreads retries, hides nothing
    raise AssertionError("The last attempt returns or raises")


def _claim(request: Request) -> Claim | None:
    """None: whoever sends it again means another one."""
    key, signature = idempotency_key(request), signature_of(request)
    if not (key or signature) or not isinstance(request.user, Integrator):
        return None
    covers_key = signature is not None and "idempotency-key" in signature.headers
    nonce = signature.nonce if signature and not covers_key else None
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    names, now = [_names(request, secret, key, nonce) for secret in secrets], timezone.now()
    if key is not None:
        return KeyClaim(request.user.pk, names, now)
    assert signature is not None
    may_be_twins = are_near(signature.at, now) and not request.user.api_key.refuse_identical
    return BytesClaim(request.user.pk, names, now, may_be_twins=may_be_twins)


def idempotency_key(request: Request) -> str | None:
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise bad_request("Idempotency-Key must be 1 to 255 visible ASCII characters, without spaces")
    return key


def _names(request: Request, secret: str, key: str | None, nonce: str | None) -> Names:
    def digest(*parts: bytes) -> bytes:
        return hmac.digest(secret.encode(), b"\0".join((b"once", *parts)), "sha256")

    query = request.META.get("QUERY_STRING", "").encode()
    content = digest((request.method or "").encode(), request.path.encode(), query, request._request.body)
    return Names(
        digest(b"key", key.encode()) if key is not None else None,
        digest(b"signature", nonce.encode()) if nonce else None,
        content,
    )


class _Settled(Exception):
    """What is known of the write makes running it needless: `how` it is answered."""

    def __init__(self, how: Saved | ApiError | AlreadyRun) -> None:
        super().__init__()
        self.how = how


class _Write:
    """One request, in one attempt or several."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        # Of the last attempt; whether it was committed is not known while there is another.
        self.rendered: HttpResponse | None = None

    def attempt(self, handle: Handle, refuse: Refuse) -> HttpResponseBase:
        claim, is_in_doubt = self.claim, self.rendered is not None
        guards, asks = () if is_in_doubt else claim.guards(), claim.asks(is_in_doubt=is_in_doubt)
        outer = OuterTransaction(current_wire(), claim.digests, guards=guards, asks=asks, check=self._check)
        with outer.entered():
            try:
                return self._run(outer, handle, refuse)
            except _Settled as settled:
                outer.instead(*(self.claim.replaying() if isinstance(settled.how, Saved) else ()))
                return self._settle(settled.how, refuse)
            except Waited:
                error = conflict("The same request is still being processed: send it again in a moment")
                error.headers["Retry-After"] = "1"
                raise error from None

    def _check(self, answers: list[Answer]) -> None:
        try:
            saved = self.claim.read(*answers)
        except (ApiError, AlreadyRun) as error:
            raise _Settled(error) from None
        if saved:
            raise _Settled(saved)

    def _run(self, outer: OuterTransaction, handle: Handle, refuse: Refuse) -> HttpResponseBase:
        about = About()
        try:
            response = handle(about)
        except (_Settled, Waited):
            raise
        except Exception as error:
            if not _may_save(translate(error).status):
                raise
            response = refuse(error)
            # What the engine refuses it has taken back itself, and it goes on to hold the customer's lock: an erasure
            # would otherwise miss the answer that is about to be saved.
            if not isinstance(error, Refused):
                outer.roll_back()
                if outer.is_outermost:
                    # They speak of what has been taken back.
                    connection.run_on_commit.clear()
        return self._save(outer, response, about)

    def _save(self, outer: OuterTransaction, response: HttpResponseBase, about: About) -> HttpResponseBase:
        if not outer.has_begun:
            outer.run()
        self.rendered = rendered = _rendered(response)
        answer = Saved(rendered.status_code, rendered.content, about.customer_id)
        outer.end(*self.claim.saving(_FORGOTTEN if about.erased else answer))
        return rendered

    def _settle(self, how: Saved | ApiError | AlreadyRun, refuse: Refuse) -> HttpResponseBase:
        if isinstance(how, ApiError):
            raise how
        if isinstance(how, AlreadyRun):
            assert self.rendered is not None
            return self.rendered
        response: HttpResponseBase = HttpResponse(how.body, status=how.status, content_type=JsonRenderer.media_type)
        if not how.body:
            response = refuse(unknown_customer())
        response[REPLAYED] = "true"
        return response


def _may_save(status: int) -> bool:
    return status < 500 and status not in UNSAVED


def _rendered(response: HttpResponseBase) -> HttpResponse:
    """Its bytes, made once: they are saved and sent."""
    if not isinstance(response, Response):
        assert isinstance(response, HttpResponse)
        return response
    made = HttpResponse(encode(response.data), status=response.status_code, content_type=JsonRenderer.media_type)
    for name, value in response.items():
        if name != "Content-Type":
            made[name] = value
    return made
