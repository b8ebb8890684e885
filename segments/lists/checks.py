"""Who is on a list against the events that say so. Reads only."""

from loyalty.verify.checks import Checks
from loyalty.verify.memberships import membership_check

from .actions import ADD, LIST, REMOVE

CHECKS = Checks(
    (
        membership_check(
            "list_members",
            table="lists_listmember",
            column="customer_list_id",
            of="lists_customerlist",
            put=ADD.name,
            taken=REMOVE.name,
            named=LIST.name,
        ),
    )
)
