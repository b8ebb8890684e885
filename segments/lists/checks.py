"""Who is on a list against the events that say so. Reads only."""

from loyalty.verify.checks import Checks
from loyalty.verify.memberships import MembershipCheck

from .actions import ADD, LIST, REMOVE

CHECKS = Checks(
    (
        MembershipCheck(
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
