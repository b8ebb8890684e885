"""A write that is signed, or named by an `Idempotency-Key`, runs once: its answer is saved in the transaction of its
effect, and whoever sends the same again gets that answer.

The first to insert the name has it; others wait for the end of its transaction and then read what it saved. So neither a
second copy at the same time nor a crash at any moment gives a second effect, or an effect without its answer.
"""

import datetime as dt
import hmac
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from psycopg.errors import LockNotAvailable
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.authentication import Integrator, signature_nonce
from loyalty.api.errors import translate
from loyalty.api.problems import bad_request, conflict, unknown_customer
from loyalty.api.renderers import JsonRenderer, encode
from loyalty.engine.wire import RETRIED, Answer, Statement, current_wire
from loyalty.refusals import Refused

REPLAYED = "Idempotent-Replayed"
# A signature is no longer accepted after minutes; who sends the same key again may do so for a week.
KEPT_SIGNATURE, KEPT_KEY = dt.timedelta(days=1), dt.timedelta(days=7)
ATTEMPTS = 5
WAIT_SECONDS = 10
# Not an answer of the write itself: the same may be sent again and run.
UNSAVED = frozenset({401, 403, 429})
_KEY = re.compile(r"[!-~]{1,255}")

_WAIT = Statement(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
_CLAIM = (
    "INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, expires_at)"
    " SELECT $1, digest, $2, expires_at FROM unnest($3::bytea[], $4::timestamptz[]) AS claim(digest, expires_at)"
    " ORDER BY digest ON CONFLICT DO NOTHING"
)
_FIND = (
    "SELECT digest, fingerprint, status, body FROM api_savedanswer"
    " WHERE api_key_id = $1 AND digest = ANY($2::bytea[]) AND status IS NOT NULL"
)
_MARK, _BACK = Statement("SAVEPOINT once"), Statement("ROLLBACK TO SAVEPOINT once")
_SAVE = (
    "UPDATE api_savedanswer SET status = $3, body = $4, customer_id = $5"
    " WHERE api_key_id = $1 AND digest = $2 AND status IS NULL"
)
_GIVE_BACK = "DELETE FROM api_savedanswer WHERE api_key_id = $1 AND digest = ANY($2::bytea[]) AND status IS NULL"
# Answers without a body: of somebody who is erased, and under a signature whose answer stands under its key.
_FORGOTTEN, _ELSEWHERE = (404, b"", None), (409, b"", None)
_WITHOUT_KEY = "This signed request was answered under its Idempotency-Key: send it with the same one"
Saved = dict[bytes, tuple[bytes, int, bytes]]


@dataclass
class About:
    """What a handler tells of its answer: whom it is about, and whether they are erased by now."""

    customer_id: int | None = None
    erased: bool = False


Handle = Callable[[About], HttpResponseBase]
Refuse = Callable[[Exception], HttpResponseBase]


class Names(NamedTuple):
    """Of a request, as digests under one secret. `guard` is the signature of one that has an Idempotency-Key, too: its
    bytes must not run again without that header, which need not be signed."""

    name: bytes
    guard: bytes | None
    fingerprint: bytes


def run_once(request: Request, handle: Handle, refuse: Refuse) -> HttpResponseBase:
    """The answer of `handle`, or the saved one. `refuse` makes the answer of what `handle` raises."""
    key, signature = idempotency_key(request), signature_nonce(request)
    if not (key or signature) or not isinstance(request.user, Integrator):
        return handle(About())
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    names = [_names(request, secret, key, signature) for secret in secrets]
    write = _Write(request.user.pk, names, has_key=key is not None)
    for attempt in range(1, ATTEMPTS + 1):
        connection.ensure_connection()
        raw = connection.connection
        # Django would ask a kept connection whether it works: the claim finds out without a question of its own.
        connection.health_check_done = True
        try:
            with connection.wrap_database_errors, transaction.atomic():
                return write.attempt(handle, refuse)
        except DatabaseError as error:
            # If the commit went through before the connection broke, the next attempt finds the answer.
            if attempt == ATTEMPTS or not (raw.closed or isinstance(error.__cause__, RETRIED)):
                raise
            if raw.closed:
                connection.close()
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  spreads retries, hides nothing
    raise AssertionError("The last attempt returns or raises")


def idempotency_key(request: Request) -> str | None:
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise bad_request("Idempotency-Key must be 1 to 255 visible ASCII characters, without spaces")
    return key


def _names(request: Request, secret: str, key: str | None, signature: str | None) -> Names:
    def digest(*parts: bytes) -> bytes:
        return hmac.digest(secret.encode(), b"\0".join((b"once", *parts)), "sha256")

    query = request.META.get("QUERY_STRING", "").encode()
    content = digest((request.method or "").encode(), request.path.encode(), query, request._request.body)
    by_signature = digest(b"signature", signature.encode()) if signature else None
    if key is None:
        assert by_signature is not None
        return Names(by_signature, None, content)
    return Names(digest(b"key", key.encode()), by_signature, content)


class _Write:
    """One request, in one attempt or several."""

    def __init__(self, api_key_id: int, names: Sequence[Names], *, has_key: bool) -> None:
        self.api_key_id = api_key_id
        # The first are of the present secret: they are claimed. Under those of before the answer may have been saved.
        self.names, self.own, self.has_key = names, names[0], has_key
        self.claimed = [digest for digest in (self.own.name, self.own.guard) if digest]

    def attempt(self, handle: Handle, refuse: Refuse) -> HttpResponseBase:
        self.wire = current_wire()
        # Else a transaction is open already, which its owner ends.
        self.is_outermost = self.wire.is_idle
        saved = {digest: (fingerprint, status, body) for digest, fingerprint, status, body in self._claim()}
        if saved:
            return self._replay(saved, refuse)
        about, taken_back = About(), False
        try:
            response = handle(about)
        except Exception as error:
            if not _may_save(translate(error).status):
                raise
            response = refuse(error)
            # What the engine refuses it has taken back itself, and it goes on to hold the customer's lock: an erasure
            # would otherwise miss the answer that is about to be saved.
            taken_back = not isinstance(error, Refused)
        return self._save(response, about, taken_back=taken_back)

    def _claim(self) -> Answer:
        """Claims the names, which may have to wait for their end elsewhere; what was saved under them."""
        now = timezone.now()
        expiries = [now + (KEPT_KEY if self.has_key else KEPT_SIGNATURE), now + KEPT_SIGNATURE][: len(self.claimed)]
        known = [digest for names in self.names for digest in (names.name, names.guard) if digest]
        try:
            return self.wire.run(
                [
                    *([Statement("BEGIN")] if self.is_outermost else []),
                    _WAIT,
                    Statement(_CLAIM, [self.api_key_id, self.own.fingerprint, self.claimed, expiries]),
                    Statement(_FIND, [self.api_key_id, known]),
                    _MARK,
                ]
            )[-2]
        except LockNotAvailable:
            error = conflict("The same request is still being processed: send it again in a moment")
            error.headers["Retry-After"] = "1"
            raise error from None

    def _replay(self, saved: Saved, refuse: Refuse) -> HttpResponseBase:
        by_name = next((names for names in self.names if names.name in saved), None)
        if by_name:
            fingerprint, status, body = saved[by_name.name]
            if fingerprint != by_name.fingerprint:
                raise conflict("This Idempotency-Key was used for another request: send a new one with a new request")
        else:
            _, status, body = next(iter(saved.values()))
        guard = [self._saving(self.own.guard, *_ELSEWHERE)] if by_name and self.own.guard else []
        self._end(*guard, Statement(_GIVE_BACK, [self.api_key_id, self.claimed]))
        response: HttpResponseBase = HttpResponse(body, status=status, content_type=JsonRenderer.media_type)
        if not body:
            response = refuse(unknown_customer() if status == _FORGOTTEN[0] else conflict(_WITHOUT_KEY))
        response[REPLAYED] = "true"
        return response

    def _save(self, response: HttpResponseBase, about: About, *, taken_back: bool) -> HttpResponseBase:
        rendered = _rendered(response)
        answer = _FORGOTTEN if about.erased else (rendered.status_code, rendered.content, about.customer_id)
        saves = [self._saving(self.own.name, *answer)]
        if self.own.guard:
            saves.append(self._saving(self.own.guard, *_ELSEWHERE))
        if taken_back:
            if self.is_outermost:
                # They speak of what is being taken back.
                connection.run_on_commit.clear()
            saves.insert(0, _BACK)
        self._end(*saves)
        return rendered

    def _saving(self, digest: bytes, status: int, body: bytes, customer_id: int | None) -> Statement:
        return Statement(_SAVE, [self.api_key_id, digest, status, body, customer_id])

    def _end(self, *statements: Statement) -> None:
        self.wire.run([*statements, *([Statement("COMMIT")] if self.is_outermost else [])])


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
