"""By what a write is known when it comes again: what is claimed in the database before it runs, and what is told of it
if that was claimed before. Values only: `once` sends the statements.
"""

import datetime as dt
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from loyalty.api.problems import ApiError, conflict
from loyalty.engine.storage.wire import Answer, Statement

# Who sends the same key again may do so for a week. Signed bytes are refused by their date after minutes.
KEPT_KEY, KEPT_BYTES = dt.timedelta(days=7), dt.timedelta(hours=1)
# How far from their date equal bytes are two writes of a client that counts each, rather than one that comes again:
# dates have whole seconds.
TWINS = dt.timedelta(seconds=2)
IDENTICAL = 101032
# What stands as the status of signed bytes, of which no answer is kept: they ran without a key, or beside one.
WITHOUT_KEY, BESIDE_KEY = 204, 409

_CLAIM_KEY = (
    "INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, expires_at)"
    f" SELECT $1, digest, $2, CASE WHEN is_bytes THEN {BESIDE_KEY} END, CASE WHEN is_bytes THEN ''::bytea END, expires_at"
    " FROM unnest($3::bytea[], $4::boolean[], $5::timestamptz[]) AS claim(digest, is_bytes, expires_at)"
    " ORDER BY digest ON CONFLICT DO NOTHING RETURNING digest"
)
# Whose turn it is with these bytes: a copy that comes while another one runs need not wait to be told so.
_CLAIM_BYTES = (
    "WITH turn AS MATERIALIZED (SELECT {} AS is_ours), claimed AS (INSERT INTO api_savedanswer"
    " (api_key_id, digest, fingerprint, status, body, expires_at)"
    f" SELECT $1, $2, $3, {WITHOUT_KEY}, ''::bytea, $4 FROM turn WHERE is_ours ON CONFLICT DO NOTHING RETURNING digest)"
    " SELECT is_ours, EXISTS (SELECT FROM claimed) FROM turn"
)
_TRY_TURN, _AWAIT_TURN = (
    _CLAIM_BYTES.format(turn) for turn in ("pg_try_advisory_xact_lock($5)", "pg_advisory_xact_lock($5)::text = ''")
)
_FIND = (
    "SELECT digest, fingerprint, status, body FROM api_savedanswer"
    " WHERE api_key_id = $1 AND digest = ANY($2::bytea[]) AND status IS NOT NULL"
)
_SAVE = (
    "UPDATE api_savedanswer SET status = $3, body = $4, customer_id = $5"
    " WHERE api_key_id = $1 AND digest = $2 AND status IS NULL"
)
_MARK_RUN = "UPDATE api_savedanswer SET fingerprint = $3 WHERE api_key_id = $1 AND digest = $2"
_GIVE_BACK = "DELETE FROM api_savedanswer WHERE api_key_id = $1 AND digest = $2 AND status IS NULL"


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
        self.digest = self.own.key or self.own.signed

    @abstractmethod
    def statements(self, *, is_in_doubt: bool) -> list[Statement]:
        """Two of them. `is_in_doubt`: an earlier attempt may have gone through, or may still be doing so."""

    @abstractmethod
    def read(self, claimed: Answer, found: Answer) -> Saved | None:
        """The answer to give again; None: to be run. Raises ApiError, AlreadyRun."""

    @abstractmethod
    def saving(self, saved: Saved) -> list[Statement]:
        """For the end of the transaction of the effect."""

    def giving_back(self) -> list[Statement]:
        """For the end of a transaction that had none."""
        return []

    def _find(self) -> Statement:
        known = [digest for names in self.names for digest in (names.key, names.signed) if digest]
        return Statement(_FIND, [self.api_key_id, known])


class KeyClaim(Claim):
    """By an Idempotency-Key. One that is not signed could be left out or changed by whoever has captured the request:
    its signed bytes are claimed with it, and run under no other."""

    def statements(self, *, is_in_doubt: bool) -> list[Statement]:
        claimed = [(self.own.key, False, self.now + KEPT_KEY)]
        if self.own.signed:
            claimed.append((self.own.signed, True, self.now + KEPT_BYTES))
        columns = [list(column) for column in zip(*claimed, strict=True)]
        return [Statement(_CLAIM_KEY, [self.api_key_id, self.own.content, *columns]), self._find()]

    def read(self, claimed: Answer, found: Answer) -> Saved | None:
        own = {bytes(digest) for (digest,) in claimed}
        saved = {bytes(digest): rest for digest, *rest in found if bytes(digest) not in own}
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
        return [Statement(_SAVE, [self.api_key_id, self.own.key, *saved])]

    def giving_back(self) -> list[Statement]:
        return [Statement(_GIVE_BACK, [self.api_key_id, self.own.key])]


class BytesClaim(Claim):
    """By signed bytes alone. Of their runs no answer is kept, since none is given again."""

    def __init__(self, api_key_id: int, names: Sequence[Names], now: dt.datetime, *, may_be_twins: bool) -> None:
        super().__init__(api_key_id, names, now)
        self.may_be_twins = may_be_twins
        # By which this request knows its own run.
        self.run = secrets.token_bytes(16)
        self.is_twin = False

    def statements(self, *, is_in_doubt: bool) -> list[Statement]:
        digest = self.own.signed
        assert digest is not None
        turn = int.from_bytes(digest[:8], signed=True)
        values = [self.api_key_id, digest, self.run, self.now + KEPT_BYTES, turn]
        return [Statement(_AWAIT_TURN if is_in_doubt else _TRY_TURN, values), self._find()]

    def read(self, claimed: Answer, found: Answer) -> Saved | None:
        [(is_ours, is_first)] = claimed
        if not is_ours:
            raise _identical("is being processed")
        before = [(run, status) for key, run, status, _ in found if not (is_first and key == self.own.signed)]
        if any(run == self.run for run, _ in before):
            raise AlreadyRun
        if before and (not self.may_be_twins or any(status == BESIDE_KEY for _, status in before)):
            raise _identical("came before")
        self.is_twin = not is_first
        return None

    def saving(self, saved: Saved) -> list[Statement]:
        return [Statement(_MARK_RUN, [self.api_key_id, self.own.signed, self.run])] if self.is_twin else []


def are_near(signed_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether equal bytes of that date are taken for writes of their own."""
    return abs(now - signed_at) <= TWINS


def _identical(what: str) -> ApiError:
    return conflict(
        f"A request identical to this one {what}: add a signed Idempotency-Key, which tells another write from the same one",
        IDENTICAL,
    )
