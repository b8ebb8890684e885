"""Who is in a user group against the events that say so. Reads only."""

from loyalty.verify.checks import Checks
from loyalty.verify.memberships import membership_check

from .actions import ADD, GROUP, REMOVE

CHECKS = Checks(
    (
        membership_check(
            "user_groups",
            table="grouping_customergroup",
            column="group_id",
            of="staff_usergroup",
            put=ADD.name,
            taken=REMOVE.name,
            named=GROUP.name,
        ),
    )
)
