"""The members of a segment, a list or a label who are not in a user group yet."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from loyalty.engine.status import DEPARTED
from segments.audience.kinds import group_kinds

_NAMES = """
    SELECT c.public_id FROM customers_customer c WHERE c.id IN ({members}) AND c.status <> ALL(%(gone)s)
    AND lower(coalesce(c.email, '')) IS DISTINCT FROM %(but)s
    AND NOT EXISTS (
        SELECT 1 FROM grouping_customergroup held JOIN staff_usergroup g ON g.id = held.group_id
        WHERE held.customer_id = c.id AND g.slug = %(group)s
    )
    ORDER BY c.id LIMIT %(most)s
"""


def names_to_put(kind: str, slug: str, group: str, *, but: str | None, most: int) -> Sequence[str]:
    """The customers' IDs, at most so many; without those who have departed, and without whoever has the e-mail address `but`."""
    params: dict[str, Any] = {"gone": sorted(DEPARTED), "but": but and but.lower(), "group": group, "most": most}

    def bind(value: Any) -> str:
        params[name := f"m{len(params)}"] = value
        return f"%({name})s"

    members = group_kinds()[kind].members(slug, bind)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES.format(members=members), params)
        return [name for (name,) in cursor.fetchall()]


def name_of(kind: str, slug: str) -> str:
    """What people call the segment, list or label; "" for one that there is not."""
    known = group_kinds().get(kind)
    return known.names([slug]).get(slug, "") if known else ""
