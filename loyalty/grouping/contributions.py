"""What user groups of customers show elsewhere."""

from django.utils.translation import gettext_lazy as _

from customers.export.queries import ReferenceNames
from customers.merging.preview import MergeMove
from customers.models import Customer
from customers.profile.own import customer_of_value
from customers.sight.queries import CUSTOMERS
from loyalty.http.routes import Routes
from loyalty.staff.groups.kinds import GroupedRecord
from loyalty.staff.models import UserGroup

from .checks import CHECKS
from .codes import CODES
from .imports import FILES
from .labels import AUDIT
from .models import CustomerGroup
from .profile.card import PERSONAL
from .profile.sentences import SENTENCES
from .rights import RIGHTS
from .wire import CUSTOMER, READ_CUSTOMER


def _groups_held(source: Customer) -> int:
    return CustomerGroup.objects.filter(customer=source).count()


# What was done to a profile that was merged away is seen by whoever sees the survivor.
_SURVIVOR = "COALESCE((SELECT mrg.survivor_id FROM customers_merge mrg WHERE mrg.source_id = {key}), {key})"
CONTRIBUTIONS: tuple[object, ...] = (
    GroupedRecord(CUSTOMERS, _("Customers"), "grouping_customergroup", "customer_id", customer_of_value, _SURVIVOR),
    CODES,
    CHECKS,
    RIGHTS,
    Routes("loyalty.grouping.urls"),
    PERSONAL,
    SENTENCES,
    MergeMove("groups", _("User groups: the survivor is in each that either was in"), 48, _groups_held),
    ReferenceNames("group_id", lambda: UserGroup.objects.values_list("id", "name")),
    FILES,
    CUSTOMER,
    READ_CUSTOMER,
    AUDIT,
)
