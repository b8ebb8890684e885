"""Which rows of a file are there already. A row is known by its source, its meaning and its ordinal among equal rows of
the file, never by the file's bytes: a mended file does not pay again, and twins within a file both count.

The rows of a chunk are claimed in its transaction, before anything is recorded: of two imports of one row the second
waits for the first. How many equal rows stood before is counted in a table of the running import, by key, so memory
does not grow with the file and every worker comes to the same ordinals.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from loyalty.engine.events import Incoming
from loyalty.transfer.models import ImportJob, RowCount

# Equal rows of a source that may be counted again at once: a bound for the search of free ordinals.
MAX_ROUNDS = 1_000
Pair = tuple[UUID, int]
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(slots=True)
class Claims:
    """Of the rows that were asked about, by their place: whose they are."""

    # The pairs that are this import's to record.
    ours: dict[int, Pair] = field(default_factory=dict)
    # The import that has recorded the row.
    earlier: dict[int, int] = field(default_factory=dict)


def key_of(source: str, event: Incoming, numbers: Collection[str]) -> UUID:
    """A digest of what the row means: whom, what, when and its attributes. 1500 and 1500.00 are one number."""
    meaning = [source, event.scheme, event.customer, event.action, event.account, plain("", event.data, numbers)]
    return UUID(bytes=hashlib.sha256(_encoder.encode(meaning)).digest()[:16])


def plain(name: str, value: Any, numbers: Collection[str]) -> Any:
    """The value of the attribute in the one form by which values are compared: texts, lists and objects of them."""
    if isinstance(value, dict):
        return {inner: plain(inner, below, numbers) for inner, below in value.items()}
    if isinstance(value, list):
        return [plain(name, below, numbers) for below in value]
    text = str(value).strip()
    if name not in numbers or not text.isascii():
        return text
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole.lstrip('0') or '0'}.{decimals}" if decimals else whole.lstrip("0") or "0"


def claim(job: ImportJob, keys: Sequence[UUID]) -> Claims:
    """Claim rows for the job, within the transaction that records them. The places in `keys` name them."""
    found = Claims()
    if not keys:
        return found
    pairs = _ordinals(job, keys)
    ours = _insert(job, pairs)
    others = _owners([pair for pair in pairs if pair not in ours])
    for place, pair in enumerate(pairs):
        if pair in ours:
            found.ours[place] = pair
        else:
            found.earlier[place] = others.get(pair, job.pk)
    if job.again_of_id is not None:
        _leave_new_ones(job, found)
    if job.count_again:
        _count_again(job, keys, found)
    return found


def give_back(pairs: Iterable[Pair]) -> None:
    """What was claimed and not recorded is nobody's."""
    if gone := list(pairs):
        _run("DELETE FROM transfer_importedrow r USING {pairs} WHERE (r.key, r.ordinal) = (p.key, p.ordinal)", gone)


def forget_counts(job: ImportJob) -> None:
    """They serve while the import runs."""
    RowCount.objects.filter(job_id=job.pk).delete()


def _ordinals(job: ImportJob, keys: Sequence[UUID]) -> list[Pair]:
    """Each row with its ordinal among the equal ones of the file, from 1."""
    here = Counter(keys)
    before = _counted(job, here)
    seen: Counter[UUID] = Counter()
    pairs = []
    for key in keys:
        seen[key] += 1
        pairs.append((key, before.get(key, 0) + seen[key]))
    return pairs


def _counted(job: ImportJob, here: Mapping[UUID, int]) -> dict[UUID, int]:
    """How many equal rows the file had before these, which are counted now."""
    rows = sorted(here.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO transfer_rowcount AS c (job_id, key, rows)"
            " SELECT %s, key, rows FROM unnest(%s::uuid[], %s::int[]) AS t(key, rows)"
            " ON CONFLICT (job_id, key) DO UPDATE SET rows = c.rows + excluded.rows RETURNING key, rows",
            [job.pk, [key for key, _ in rows], [number for _, number in rows]],
        )
        return {key: total - here[key] for key, total in cursor.fetchall()}


def _insert(job: ImportJob, pairs: Collection[Pair]) -> set[Pair]:
    """Those that nobody had; waits for whoever is about to record one of them."""
    return set(
        _run(
            "INSERT INTO transfer_importedrow (key, ordinal, job_id) SELECT p.key, p.ordinal, %s FROM {pairs}"
            " ORDER BY p.key, p.ordinal ON CONFLICT DO NOTHING RETURNING key, ordinal",
            pairs,
            job.pk,
        )
    )


def _owners(pairs: Collection[Pair]) -> dict[Pair, int]:
    if not pairs:
        return {}
    sql = "SELECT r.key, r.ordinal, r.job_id FROM transfer_importedrow r JOIN {pairs} USING (key, ordinal)"
    return {(key, ordinal): job for key, ordinal, job in _run(sql, pairs)}


def _leave_new_ones(job: ImportJob, found: Claims) -> None:
    """Only what the import of before came upon counts again: what it recorded, or refused, is left alone."""
    give_back(found.ours.values())
    found.earlier |= dict.fromkeys(found.ours, job.pk)
    found.ours = {}


def _count_again(job: ImportJob, keys: Sequence[UUID], found: Claims) -> None:
    """Rows that are there already get the next free ordinals."""
    left_alone = {job.pk, job.again_of_id} if job.again_of_id is not None else set()
    waiting = [place for place, owner in found.earlier.items() if owner not in left_alone]
    for _ in range(MAX_ROUNDS):
        if not waiting:
            return
        pairs = _next_free(keys, waiting)
        ours = _insert(job, pairs.values())
        for place in [place for place in waiting if pairs[place] in ours]:
            found.ours[place] = pairs[place]
            del found.earlier[place]
        waiting = [place for place in waiting if place in found.earlier]
    raise RuntimeError("Others kept counting the same rows again")


def _next_free(keys: Sequence[UUID], places: Sequence[int]) -> dict[int, Pair]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, max(ordinal) FROM transfer_importedrow WHERE key = ANY(%s) GROUP BY key",
            [sorted({keys[place] for place in places})],
        )
        highest: Counter[UUID] = Counter(dict(cursor.fetchall()))
    pairs = {}
    for place in places:
        highest[keys[place]] += 1
        pairs[place] = (keys[place], highest[keys[place]])
    return pairs


def _run(sql: str, pairs: Collection[Pair], *before: Any) -> list[Any]:
    """The statement with its `{pairs}`, the rows of p(key, ordinal); what it returns."""
    values = sql.replace("{pairs}", "unnest(%s::uuid[], %s::int[]) AS p(key, ordinal)")
    with connection.cursor() as cursor:
        cursor.execute(values, [*before, [key for key, _ in pairs], [ordinal for _, ordinal in pairs]])
        return cursor.fetchall() if cursor.description else []
