"""What a structure would make of today's customers: counted in the database by groups, decided by the rules for each group."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from customers.models import Customer
from loyalty.calendar import local_day
from loyalty.engine.status import DEPARTED
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import Expiration, StructureType, Way
from loyalty.tiers.rules import LOWEST, Standing, recalculated
from loyalty.tiers.status_points.windows import Sums

from .history import days_from_history

EXAMPLES = 10
# Customers by their ids: those after the first, through the second.
Span = tuple[int, int]
EVERYBODY: Span = (0, 2**63 - 1)
# Each customer with what their points come to today; `bucket` is one more than the place of the level that they reach.
_EACH = """
WITH days AS ({days}),
sums AS (
    SELECT c.id, t.level_id, coalesce(t.manual, false) AS manual, t.grace_from IS NOT NULL AS grace,
        c.optin_at IS NOT NULL AS member, count(d.customer_id) > 0 AS has_points,
        width_bucket(coalesce(sum(d.points) FILTER (WHERE d.day >= {first}), 0), %(thresholds)s::numeric[]) AS bucket
    FROM customers_customer c
    LEFT JOIN tiers_customertier t ON t.customer_id = c.id AND t.structure_id = %(structure)s
        AND t.customer_id > %(after)s AND t.customer_id <= %(through)s
    LEFT JOIN days d ON d.customer_id = c.id
    WHERE c.status <> ALL(%(departed)s) AND c.id > %(after)s AND c.id <= %(through)s
    GROUP BY c.id, t.level_id, t.manual, t.grace_from
)
"""
_STORED = """
SELECT customer_id, day, points FROM tiers_statusday
WHERE structure_id = %(structure)s AND customer_id > %(after)s AND customer_id <= %(through)s
"""
_GROUPS = "level_id, manual, grace, member, has_points, bucket"
_KEY = _GROUPS.replace("level_id", "coalesce(level_id, 0)")
_KINDS = ("bigint", "boolean", "boolean", "boolean", "boolean", "int")
_JOINED = "(coalesce(c.optin_at, c.created_at) AT TIME ZONE %(zone)s)::date"
# The last anniversary that is not after today; an interval of years ends on 28 February as `day_of` does.
_ANNIVERSARY = f"""(
    SELECT CASE WHEN joined > %(today)s THEN '-infinity'::date
        WHEN (joined + years * interval '1 year')::date <= %(today)s THEN (joined + years * interval '1 year')::date
        ELSE (joined + (years - 1) * interval '1 year')::date END
    FROM (SELECT {_JOINED} AS joined, (extract(year FROM %(today)s::date) - extract(year FROM {_JOINED}))::int AS years) of
)"""


@dataclass(frozen=True)
class Group:
    """Customers who are alike to the rules: `standing` with their level in the structure, `left` the level that was removed."""

    level_id: int | None
    standing: Standing
    left: int | None
    member: bool
    has_points: bool
    bucket: int
    number: int = 0

    @property
    def key(self) -> tuple[Any, ...]:
        """What a database compares: 0 stands for no level."""
        return (
            self.level_id or 0, self.standing.manual, self.standing.grace is not None, self.member, self.has_points, self.bucket,
        )  # fmt: skip


@dataclass
class Forecast:
    """`levels`: how many each has afterwards, by place; None: without a level. `rising` and `falling`: how many do."""

    way: Way
    levels: dict[int | None, int] = field(default_factory=dict)
    rising: int = 0
    falling: int = 0
    moving: list[Group] = field(default_factory=list)


def forecast(rule: StructureRule, way: Way, groups: list[Group]) -> Forecast:
    """What the way would make of the groups."""
    found = Forecast(way)
    for group in groups:
        target = target_of(rule, group, way)
        found.levels[target] = found.levels.get(target, 0) + group.number
        change = direction(rule, group, target)
        found.rising += group.number if change > 0 else 0
        found.falling += group.number if change < 0 else 0
        if change:
            found.moving.append(group)
    return found


def target_of(rule: StructureRule, group: Group, way: Way) -> int | None:
    """Whose level was removed goes to the best that is left, whatever the way."""
    best = group.bucket - 1 if group.bucket else None
    if group.left is not None:
        return LOWEST if best is None or rule.type == StructureType.INVITATION_ONLY else best
    return recalculated(rule, group.standing, best, way, has_points=group.has_points, is_member=group.member)


def direction(rule: StructureRule, group: Group, target: int | None) -> int:
    """1 where a `tier_up` tells of it, -1 for a `tier_down`, 0 for neither."""
    if target is None:
        return 0
    if group.left is not None:
        return 1 if rule.levels[target].threshold > rule.removed[group.left][1] else -1
    before = group.standing.level
    if before is None:
        return 1 if target > LOWEST or (rule.levels[LOWEST].threshold > 0 and not rule.initialise_at_opt_in) else 0
    return (target > before) - (target < before)


def groups_of(rule: StructureRule, at: dt.datetime, *, recounts: bool = False) -> list[Group]:
    """All customers, by what decides; one statement. `recounts`: from the ledger, as nobody has counted for it yet."""
    sql, params = _each(rule, at, recounts=recounts)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} SELECT {_GROUPS}, count(*) FROM sums GROUP BY {_GROUPS}", params)
        return [_group(rule, row) for row in cursor.fetchall()]


def _group(rule: StructureRule, row: Sequence[Any]) -> Group:
    level, manual, grace, member, has_points, bucket, number = row
    place = rule.places.get(level) if level is not None else None
    standing = Standing(place, manual, grace=dt.date.max if grace else None)
    left = level if level in rule.removed else None
    return Group(level, standing, left, member, has_points, bucket, number)


def possible_groups(rule: StructureRule) -> list[Group]:
    """All that there may be, without asking the database; of nobody's number."""
    flags, buckets = product((False, True), repeat=4), range(len(rule.levels) + 1)
    levels = (None, *rule.places, *rule.removed)
    return [_group(rule, (level, *of, bucket, 0)) for level, of, bucket in product(levels, [*flags], buckets)]


def customers_in(rule: StructureRule, groups: list[Group], span: Span, at: dt.datetime, *, recounts: bool) -> list[int]:
    """The customers of these groups in the span, in the order of their ids."""
    return [id for id, *_ in _chosen(rule, groups, at, span=span, recounts=recounts)] if groups else []


def examples(
    rule: StructureRule, groups: list[Group], at: dt.datetime, *, recounts: bool
) -> list[tuple[Customer, Group]]:
    """The first customers of these groups, each with their group."""
    rows = _chosen(rule, groups, at, recounts=recounts, limit=EXAMPLES) if groups else []
    people, by_key = Customer.objects.in_bulk([id for id, *_ in rows]), {group.key: group for group in groups}
    return [(people[id], by_key[tuple(key)]) for id, *key in rows if id in people]


def _chosen(
    rule: StructureRule,
    groups: list[Group],
    at: dt.datetime,
    *,
    recounts: bool,
    span: Span | None = None,
    limit: int | None = None,
) -> list[tuple[Any, ...]]:
    """Of each customer of the groups the id, and what makes the group."""
    sql, params = _each(rule, at, span, recounts=recounts)
    columns = [list(column) for column in zip(*(group.key for group in groups), strict=True)]
    chosen = ", ".join(f"%(chosen{place})s::{kind}[]" for place, kind in enumerate(_KINDS))
    names = {f"chosen{place}": column for place, column in enumerate(columns)}
    # Compared by equality, so that it can be hashed: nobody is compared with each group.
    select = f"{sql} SELECT id, {_KEY} FROM sums WHERE ({_KEY}) IN (SELECT * FROM unnest({chosen})) ORDER BY 1 LIMIT %(limit)s"
    with connection.cursor() as cursor:
        cursor.execute(select, {**params, **names, "limit": limit})
        return cursor.fetchall()


def _each(
    rule: StructureRule, at: dt.datetime, span: Span | None = None, *, recounts: bool
) -> tuple[str, Mapping[str, Any]]:
    zone = ZoneInfo(settings.TIME_ZONE)
    today = local_day(at, zone)
    after, through = span or EVERYBODY
    ids = list(range(after + 1, through + 1)) if span else None
    days, more = days_from_history(rule, ids) if recounts else (_STORED, {})
    params = {
        **more,
        "after": after,
        "through": through,
        "structure": rule.id,
        "zone": settings.TIME_ZONE,
        "today": today,
        "thresholds": [level.threshold for level in rule.levels] if rule.type != StructureType.INVITATION_ONLY else [0],
        "departed": list(DEPARTED),
        "first": Sums(rule, {}, today).first(today) if rule.expiration != Expiration.ANNIVERSARY else dt.date.min,
    }
    first = _ANNIVERSARY if rule.expiration == Expiration.ANNIVERSARY else "%(first)s::date"
    return _EACH.format(days=days, first=f"greatest({first}, coalesce(t.counts_from, '-infinity'))"), params
