"""How fast passwords may be guessed: each try is counted before it is made, and after a few the waits grow.

Tries from browsers that a person has logged in from before are counted by themselves, all others for the account and
for the address they come from together: whoever hammers on somebody's account keeps strangers waiting, and never the
person at their own desk. Nobody is locked out: the longest wait is minutes, and counts wear off. (OWASP, "Slow Down
Online Guessing Attacks with Device Cookies"; NIST SP 800-63B 5.2.2.) The counts are in PostgreSQL, so that neither a
wiped cache nor another process forgets them. They name nobody: kept are digests.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from unicodedata import normalize

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

LONGEST_WAIT = 300


class TooManyGuesses(Exception):
    """Nothing was tried; `seconds` are to be waited."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Count:
    """What tries are counted for. So many are `free`, then the waits are 1, 2, 4 … seconds; one try wears off in
    `wears_off` seconds. A success forgets the count, or only itself where others are counted along."""

    digest: str
    free: int
    wears_off: int
    is_shared: bool = False


def account(username: str) -> Count:
    """For all browsers that are not known, whether or not there is such an account."""
    return Count(_digest("account", name_of(username)), free=5, wears_off=3600)


def browser(device: str, username: str) -> Count:
    return Count(_digest("browser", device, name_of(username)), free=5, wears_off=600)


def address(remote: str) -> Count:
    """For all accounts that are tried from there: an IPv4 address, or an IPv6 network as one subscriber has it."""
    return Count(_digest("address", network(remote, 32, 64)), free=20, wears_off=600, is_shared=True)


def own_password(user_id: int) -> Count:
    """Of somebody who is logged in and is asked for the password once more."""
    return Count(_digest("own password", str(user_id)), free=5, wears_off=600)


def invitation(remote: str) -> Count:
    """For all links of invitations that are tried from there."""
    return Count(_digest("invitation", network(remote, 32, 64)), free=20, wears_off=600)


def name_of(username: str) -> str:
    """Spellings that people take for the same are the same account here."""
    return normalize("NFKC", username).casefold().strip()


def network(remote: str, bits: int, bits_of_v6: int) -> str:
    """Of an address; empty for what is none."""
    try:
        found = ip_address(remote)
    except ValueError:
        return ""
    return str(ip_network((found, bits if found.version == 4 else bits_of_v6), strict=False))


def _digest(*parts: str) -> str:
    return salted_hmac("loyalty.staff.login.guesses", "\0".join(parts), algorithm="sha256").hexdigest()


_WAITING = "SELECT max(wait_until) FROM staff_guesscount WHERE digest = ANY(%s) AND wait_until > %s"
_TRIES = "greatest(0, g.tries - floor(extract(epoch FROM %(at)s - g.tried_at) / %(wears_off)s)::int) + 1"
# Beyond 2^20 s the longest wait has long been reached.
_WAIT = "%(at)s + make_interval(secs => least(%(longest)s, 2 ^ least({tries} - %(free)s - 1, 20)))"
_TAKE = f"""
INSERT INTO staff_guesscount AS g (digest, tries, tried_at) VALUES (%(digest)s, 1, %(at)s)
ON CONFLICT (digest) DO UPDATE SET tries = {_TRIES}, tried_at = %(at)s,
    wait_until = CASE WHEN {_TRIES} > %(free)s THEN {_WAIT.format(tries=_TRIES)} END
WHERE g.wait_until IS NULL OR g.wait_until <= %(at)s
RETURNING tries
"""
_FORGET = "DELETE FROM staff_guesscount WHERE digest = %s"
_TAKE_BACK = "UPDATE staff_guesscount SET tries = greatest(0, tries - 1), wait_until = NULL WHERE digest = %s"


def take(counts: Sequence[Count], *, at: datetime) -> int:
    """Count one try for each; how many there have been, at most, with this one.

    Raises TooManyGuesses while one of them waits: then none is counted. However many come at once, one gets in.
    """
    _check_waits(counts, at)
    with transaction.atomic():
        found = [_take(count, at) for count in sorted(counts, key=lambda count: count.digest)]
        if None in found:
            transaction.set_rollback(True)
    if None in found:
        _check_waits(counts, at)
        raise TooManyGuesses(1)
    return max(tries for tries in found if tries is not None)


def _take(count: Count, at: datetime) -> int | None:
    values: dict[str, str | int | datetime] = {
        "digest": count.digest, "at": at, "free": count.free, "wears_off": count.wears_off, "longest": LONGEST_WAIT,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _check_waits(counts: Sequence[Count], at: datetime) -> None:
    """A look without a lock: whoever has to wait writes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [[count.digest for count in counts], at])
        until: datetime | None = cursor.fetchone()[0]
    if until:
        raise TooManyGuesses(max(1, math.ceil((until - at).total_seconds())))


def succeeded(counts: Sequence[Count]) -> None:
    """The try was right."""
    _run([(_TAKE_BACK if count.is_shared else _FORGET, count) for count in counts])


def not_tried(counts: Sequence[Count]) -> None:
    """It came to nothing, for another reason than a wrong password."""
    _run([(_TAKE_BACK, count) for count in counts])


def _run(statements: Sequence[tuple[str, Count]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, count in sorted(statements, key=lambda pair: pair[1].digest):
            cursor.execute(statement, [count.digest])
