"""Saving a structure, and counting each night how many have which level."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.program.section import Invalid
from loyalty.staff.audit.deeds import Approvable, Deed, operation
from loyalty.staff.sender import Sender
from loyalty.tiers.enums import Way, WorkStatus
from loyalty.tiers.models import Recalculation
from loyalty.tiers.program import read_tiers
from loyalty.tiers.recalculation.waking import wake_workers
from loyalty.tiers.rights import CONFIGURE_TIERS

TIERS = Approvable("tiers", _("Tier structures"), (Invalid,))
_COUNT = """
    INSERT INTO tiers_distribution (structure_id, level_id, day, customers)
    SELECT structure_id, level_id, %(day)s, count(*) FROM tiers_customertier WHERE level_id IS NOT NULL GROUP BY 1, 2
    ON CONFLICT (structure_id, day, level_id) DO UPDATE SET customers = excluded.customers
"""


@operation(right=CONFIGURE_TIERS, audit="tiers.save", approvable=TIERS)
def save_structure(*, item: Mapping[str, Any], way: Way, by: Sender) -> Deed[None]:
    """Make the structure as the item of the program file says; what it makes of who is there goes on in the background.

    Raises Invalid, naming each wrong field by its path.
    """
    before = _item(item["id"])
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        change.write({"tiers": [item]})
    jobs = Recalculation.objects.filter(structure__slug=item["id"], status=WorkStatus.WAITING)
    jobs.update(way=way, staff=by.user)
    wake_workers()
    was, now = _differing(before, _item(item["id"]))
    return Deed(None, subject=f"tier_structure:{item['id']}", before=was, after={**now, "way": way.value})


def _item(slug: str) -> Mapping[str, Any]:
    return next((one for one in read_tiers() if one["id"] == slug), {})


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was, now = ({name: values[name] for name in names if name in values} for values in (before, after))
    return was, now


def count_members(*, day: dt.date) -> None:
    """How many have which level as the day ends; once more for the same day, they are counted anew."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"day": day})
