"""The list of all erasures as a file: kept beside the backups, applied after one of them was restored.

A line is `{"pseudonym": …, "day": "YYYY-MM-DD", "banned": …}`: the keyed hash of an identity, and nothing of the person.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection

from customers.enums import BanReason
from customers.models import Customer
from loyalty.intake.actors import timer

from .mechanism import BAN
from .models import Tombstone
from .operations import record_ban, record_opt_out

_PSEUDONYM, _DAY = re.compile("[0-9a-f]{64}"), re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# By public IDs only: another identity, a card or an address, may have been somebody else's at the time of the backup.
_BEHIND = (
    "SELECT found.pseudonym, found.customer_id, t.erased_at FROM identities_behind(%s) AS found"
    " JOIN customers_identity i ON i.customer_id = found.customer_id AND i.scheme = 'id'"
    " AND pseudonym(i.scheme, i.value) = found.pseudonym LEFT JOIN customers_tombstone t ON t.pseudonym = found.pseudonym"
)
_ADD = (
    "INSERT INTO customers_tombstone (pseudonym, erased_at, banned)"
    " SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::boolean[]) ON CONFLICT (pseudonym) DO UPDATE"
    " SET erased_at = excluded.erased_at, banned = excluded.banned"
    " WHERE date_trunc('day', customers_tombstone.erased_at, 'UTC') < excluded.erased_at"
)


class WrongFile(ValueError):
    """What is wrong, with the line."""


@dataclass(frozen=True, order=True)
class Erased:
    day: date
    banned: bool
    pseudonym: str


@dataclass(frozen=True)
class Applied:
    """How many identities the file names, customers were opted out and banned, and tombstones were added or renewed."""

    identities: int
    opted_out: int
    banned: int
    tombstones: int


def exported_erasures() -> Iterator[str]:
    """The lines of the file; days in UTC."""
    for row in Tombstone.objects.order_by("pseudonym").iterator():
        day = row.erased_at.astimezone(UTC).date().isoformat()
        yield json.dumps({"pseudonym": row.pseudonym, "day": day, "banned": row.banned}) + "\n"


def read_erasures(lines: Iterable[bytes], *, today: date) -> list[Erased]:
    """The last erasure of each identity, so that files may be joined. Raises WrongFile."""
    last: dict[str, Erased] = {}
    for number, line in enumerate(lines, start=1):
        found = _read(line, number, today)
        last[found.pseudonym] = max(found, last.get(found.pseudonym, found))
    return list(last.values())


def _read(line: bytes, number: int, today: date) -> Erased:
    try:
        values = json.loads(line)
    except ValueError:
        raise WrongFile(f"line {number} is no JSON: take a file of 'erasures export'") from None
    if not isinstance(values, dict) or set(values) != {"pseudonym", "day", "banned"}:
        raise WrongFile(f"line {number} must have 'pseudonym', 'day' and 'banned', and nothing else")
    if not _is(values["pseudonym"], _PSEUDONYM):
        raise WrongFile(f"line {number}: 'pseudonym' must be 64 hexadecimal digits, in small letters")
    if not isinstance(values["banned"], bool):
        raise WrongFile(f"line {number}: 'banned' must be true or false")
    return Erased(_day(values["day"], number, today), values["banned"], values["pseudonym"])


def _is(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def _day(value: Any, number: int, today: date) -> date:
    try:
        day = date.fromisoformat(value) if _is(value, _DAY) else None
    except ValueError:
        day = None
    if day is None:
        raise WrongFile(f"line {number}: 'day' must be a day as YYYY-MM-DD")
    if day > today:
        raise WrongFile(f"line {number}: 'day' is still to come")
    return day


def apply_erasures(erased: list[Erased], *, at: datetime) -> Applied:
    """Erase again whom a restored backup has brought back, and keep out those whom it does not know; twice is as once.

    Each customer is a transaction of their own. The tombstones come last, since they say that an erasure was applied.
    """
    left = {False: 0, True: 0}
    for id, banned in _brought_back({row.pseudonym: row for row in erased}).items():
        _erase(Customer.objects.get(id=id), banned=banned, at=at)
        left[banned] += 1
    return Applied(len(erased), opted_out=left[False], banned=left[True], tombstones=_add(erased))


def _brought_back(erased: dict[str, Erased]) -> dict[int, bool]:
    """The customers who live though they were erased, and whether they were banned.

    Whoever joined again after the erasure has its tombstone: a backup from before it has none, or that of an earlier one.
    """
    found: dict[int, bool] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [list(erased)])
        for pseudonym, customer_id, known in cursor.fetchall():
            row = erased[pseudonym]
            if known is None or known.astimezone(UTC).date() < row.day:
                found[customer_id] = row.banned or found.get(customer_id, False)
    return found


def _erase(customer: Customer, *, banned: bool, at: datetime) -> None:
    by = timer(BAN)
    if banned:
        record_ban(customer, BanReason.OTHER.value, by=by, at=at)
    else:
        record_opt_out(customer, by=by, at=at)


def _add(erased: list[Erased]) -> int:
    days = [datetime.combine(row.day, time(), UTC) for row in erased]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [[row.pseudonym for row in erased], days, [row.banned for row in erased]])
        return cursor.rowcount
