"""Which records somebody of the staff sees: the one rule of it.

A record in no group is everybody's. One in groups is seen by whoever reaches one of them: from a group that one is in, down
through the groups inside it, active ones only. A record all of whose groups are inactive is seen by those alone who are in
one of these themselves. Administrators see everything, and so does everybody of a kind that is not switched on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, JSONField, Q
from django.db.models.sql.compiler import SQLCompiler

from .kinds import GroupedRecord, grouped_records


@dataclass(frozen=True)
class Reach:
    """`kinds`: those that are switched on. `active`: the groups that are reached; `inactive`: those one is in oneself."""

    kinds: frozenset[str] = frozenset()
    active: frozenset[int] = frozenset()
    inactive: frozenset[int] = frozenset()

    def is_limited(self, kind: str) -> bool:
        """Whether some records of the kind may be out of reach."""
        return kind in self.kinds


EVERYWHERE = Reach()

# Nothing but a glance at a table without rows while no kind is switched on.
_REACH = """CASE WHEN EXISTS (SELECT FROM staff_groupedkind) THEN (
    WITH RECURSIVE own AS (
        SELECT g.id, g.status FROM staff_usergroupmember m JOIN staff_usergroup g ON g.id = m.group_id WHERE m.user_id = {user}
    ),
    reached AS (
        SELECT id FROM own WHERE status = 'active'
        UNION SELECT g.id FROM reached r JOIN staff_usergroup g ON g.parent_id = r.id WHERE g.status = 'active'
    )
    SELECT jsonb_build_object(
        'kinds', (SELECT jsonb_agg(kind) FROM staff_groupedkind),
        'active', (SELECT coalesce(jsonb_agg(id), '[]') FROM reached),
        'inactive', (SELECT coalesce(jsonb_agg(id), '[]') FROM own WHERE status = 'inactive')
    )
) END"""


def columns_of_reach() -> Func:
    """For a query of users: what each one reaches, read along with them."""
    return Func(F("pk"), template=_REACH.format(user="%(expressions)s"), output_field=JSONField())


def reach_in(stored: Mapping[str, Any] | None) -> Reach:
    """Of what `columns_of_reach` has read."""
    return Reach(**{name: frozenset(values) for name, values in stored.items()}) if stored else EVERYWHERE


class _Within(Func):
    """Whether the record whose key the source is, is reached."""

    output_field = BooleanField()

    def __init__(self, key: Expression | F, record: GroupedRecord, reach: Reach) -> None:
        super().__init__(key)
        self.record, self.reach = record, reach

    def as_sql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        key, params = compiler.compile(self.source_expressions[0])
        assert not params
        text, values = _condition(self.record, key, self.reach)
        return text, list(values)


def _condition(record: GroupedRecord, key: str, reach: Reach) -> tuple[str, Sequence[Any]]:
    """SQL for the record whose key is in the column `key`."""
    held = f"{record.table} held"
    found, values = "bool_or(held.group_id = ANY(%s))", [sorted(reach.active)]
    if reach.inactive:
        held += " JOIN staff_usergroup grp ON grp.id = held.group_id"
        found += " OR bool_or(held.group_id = ANY(%s)) AND bool_and(grp.status <> 'active')"
        values.append(sorted(reach.inactive))
    where = f"held.{record.column} = {record.resolved.format(key=key)}"
    return f"COALESCE((SELECT {found} FROM {held} WHERE {where}), TRUE)", values


def within(kind: str, reach: Reach, key: str = "pk") -> Q:
    """The condition on rows whose `key`, a path of the queried model, is of a record of this kind; rows of no record, whose
    key is null, pass. No condition at all where everything is reached."""
    if not reach.is_limited(kind):
        return Q()
    return Q(_Within(F(key), grouped_records()[kind], reach))


def is_out_of_reach(reach: Reach, values: Collection[object]) -> bool:
    """Whether one of the values is, or is about, a record that is out of reach. A query for each kind that is switched on
    and named; none where everything is reached."""
    return any(
        _is_any_out_of_reach(record, reach, values) for kind, record in grouped_records().items() if kind in reach.kinds
    )


def _is_any_out_of_reach(record: GroupedRecord, reach: Reach, values: Collection[object]) -> bool:
    keys = {key for value in values if (key := record.key_of(value)) is not None}
    if not keys:
        return False
    condition, params = _condition(record, "key", reach)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT bool_and({condition}) FROM unnest(%s::bigint[]) AS key", [*params, sorted(keys)])
        return not cursor.fetchone()[0]
