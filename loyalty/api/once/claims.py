"""By what a write is known when it comes again: whose turn it is with that before it runs, and what is told of it if it
ran before. Values only: `answers` sends the statements.
"""

import datetime as dt
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from loyalty.api.problems import ApiError, conflict
from loyalty.engine.storage.wire import Answer, Statement

# Who sends the same key again may do so for a week. Signed bytes are refused by their date after five minutes, which may
# begin five minutes from now.
KEPT_KEY, KEPT_BYTES = dt.timedelta(days=7), dt.timedelta(minutes=20)
# How far from their date equal bytes are two writes of a client that counts each, rather than one that comes again:
# dates have whole seconds.
TWINS = dt.timedelta(seconds=2)
IDENTICAL = 101032
# What stands as the status of signed bytes, of which no answer is kept: they ran without a key, or beside one.
WITHOUT_KEY, BESIDE_KEY = 204, 409

# Whoever asks for a turn that somebody else has waits for the end of their transaction, or is told that it is not theirs.
_AWAIT_TURNS = "SELECT pg_advisory_xact_lock(turn)::text = '' FROM unnest($1::bigint[]) AS turn"
_TRY_TURNS = "SELECT pg_try_advisory_xact_lock(turn) FROM unnest($1::bigint[]) AS turn"
_REQUIRE_TURNS = "SELECT require_new(pg_try_advisory_xact_lock(turn)) FROM unnest($1::bigint[]) AS turn"
# In statements of their own, which see what the turn has waited for.
_REQUIRE_NEW = (
    "SELECT require_new(NOT EXISTS (SELECT FROM api_savedanswer WHERE api_key_id = $1 AND digest = ANY($2::bytea[])))"
)
_FIND = (
    "SELECT digest, fingerprint, status, body FROM api_savedanswer WHERE api_key_id = $1 AND digest = ANY($2::bytea[])"
)
_SAVE = (
    "INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, expires_at, status, body, customer_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_MARK_RUN = "UPDATE api_savedanswer SET fingerprint = $3 WHERE api_key_id = $1 AND digest = $2"


class Saved(NamedTuple):
    """What is written of a write: its answer, and whom that is about."""

    status: int
    body: bytes
    customer_id: int | None = None


class Names(NamedTuple):
    """Of a request, as digests under one secret: its key, its signed bytes if the key is not among what they sign, and
    method, address and body."""

    key: bytes | None
    signed: bytes | None
    content: bytes


class AlreadyRun(Exception):
    """An earlier attempt of this very request went through: its connection broke before it heard of it."""


class Claim(ABC):
    """Of one request, in one attempt or several."""

    def __init__(self, api_key_id: int, names: Sequence[Names], now: dt.datetime) -> None:
        self.api_key_id, self.now = api_key_id, now
        # The first are of the present secret: they are claimed. Under those of before it may have come, too.
        self.names, self.own = names, names[0]
        self.digests = [digest for digest in (self.own.key, self.own.signed) if digest]

    def guards(self) -> list[Statement]:
        """They fail if it is not ours to run: then ask."""
        turns = _AWAIT_TURNS if self._waits else _REQUIRE_TURNS
        return [Statement(turns, self._turns()), Statement(_REQUIRE_NEW, self._known())]

    def asks(self, *, is_in_doubt: bool) -> list[Statement]:
        """Whose turn it is, and what is known. `is_in_doubt`: an earlier attempt may have gone through, or may still be
        doing so."""
        turns = _AWAIT_TURNS if self._waits or is_in_doubt else _TRY_TURNS
        return [Statement(turns, self._turns()), Statement(_FIND, self._known())]

    _waits: ClassVar[bool]
    """Whether copies that come while another one runs wait for its answer."""

    @abstractmethod
    def read(self, turns: Answer, found: Answer) -> Saved | None:
        """The answer to give again; None: to be run. Raises ApiError, AlreadyRun."""

    @abstractmethod
    def saving(self, saved: Saved) -> list[Statement]:
        """For the end of the transaction of the effect."""

    def replaying(self) -> list[Statement]:
        """For when an answer is given again."""
        return []

    def _turns(self) -> list[list[int]]:
        return [sorted(int.from_bytes(digest[:8], signed=True) ^ self.api_key_id for digest in self.digests)]

    def _known(self) -> list[object]:
        return [self.api_key_id, [digest for names in self.names for digest in (names.key, names.signed) if digest]]

    def _save(self, digest: bytes, fingerprint: bytes, kept: dt.timedelta, saved: Saved) -> Statement:
        return Statement(_SAVE, [self.api_key_id, digest, fingerprint, self.now + kept, *saved])


class KeyClaim(Claim):
    """By an Idempotency-Key. One that is not signed could be left out or changed by whoever has captured the request:
    its signed bytes are claimed with it, and run under no other."""

    _waits = True

    def read(self, turns: Answer, found: Answer) -> Saved | None:
        saved = {bytes(digest): rest for digest, *rest in found}
        for names in self.names:
            if names.key in saved:
                content, status, body = saved[names.key]
                if content != names.content:
                    raise conflict(
                        "This Idempotency-Key was used for another request: send a new one with a new request"
                    )
                return Saved(status, body)
        if saved:
            raise conflict(
                "These signed bytes came before, under another Idempotency-Key or without one: sign the key, by naming"
                " idempotency-key in SignedHeaders",
                IDENTICAL,
            )
        return None

    def saving(self, saved: Saved) -> list[Statement]:
        assert self.own.key is not None
        return [self._save(self.own.key, self.own.content, KEPT_KEY, saved), *self.replaying()]

    def replaying(self) -> list[Statement]:
        """A retry that is signed anew has bytes of its own, which must not run without the key either."""
        if not self.own.signed:
            return []
        save = self._save(self.own.signed, self.own.content, KEPT_BYTES, Saved(BESIDE_KEY, b""))
        return [Statement(f"{save.sql} ON CONFLICT DO NOTHING", save.params)]


class BytesClaim(Claim):
    """By signed bytes alone. Of their runs no answer is kept, since none is given again; who comes while one runs need not
    wait to be told so."""

    _waits = False

    def __init__(self, api_key_id: int, names: Sequence[Names], now: dt.datetime, *, may_be_twins: bool) -> None:
        super().__init__(api_key_id, names, now)
        self.may_be_twins = may_be_twins
        # By which this request knows its own run.
        self.run = secrets.token_bytes(16)
        self.is_twin = False

    def read(self, turns: Answer, found: Answer) -> Saved | None:
        if turns != [(True,)]:
            raise _identical("is being processed")
        if any(run == self.run for _, run, _, _ in found):
            raise AlreadyRun
        if found and (not self.may_be_twins or any(status == BESIDE_KEY for *_, status, _ in found)):
            raise _identical("came before")
        self.is_twin = self.own.signed in {digest for digest, *_ in found}
        return None

    def saving(self, saved: Saved) -> list[Statement]:
        assert self.own.signed is not None
        if self.is_twin:
            return [Statement(_MARK_RUN, [self.api_key_id, self.own.signed, self.run])]
        return [self._save(self.own.signed, self.run, KEPT_BYTES, Saved(WITHOUT_KEY, b""))]


def are_near(signed_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether equal bytes of that date are taken for writes of their own."""
    return abs(now - signed_at) <= TWINS


def _identical(what: str) -> ApiError:
    return conflict(
        f"A request identical to this one {what}: add a signed Idempotency-Key, which tells another write from the same one",
        IDENTICAL,
    )
