"""What lists show elsewhere."""

from django.utils.translation import gettext_lazy as _

from customers.export.queries import ReferenceNames
from customers.merging.preview import MergeMove
from customers.models import Customer
from loyalty.http.routes import Routes
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .api.entities import PAIR
from .bulk.imports import FILES, SEGMENT_FILES
from .bulk.kinds import CUSTOMER_ADD, CUSTOMER_REMOVE
from .checks import CHECKS
from .codes import CODES
from .facts import FACTS, GROUP, USED_BY_SEGMENTS
from .labels import AUDIT
from .models import CustomerList, ListMember
from .operations import LISTS
from .profile.card import OVERVIEW
from .profile.directory import FILTER
from .profile.sentences import SENTENCES
from .rights import RIGHTS, VIEW_LISTS


def _lists_held(source: Customer) -> int:
    return ListMember.objects.filter(customer=source).count()


CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    CHECKS,
    RIGHTS,
    Routes("segments.lists.members.urls"),
    Routes("segments.lists.api.urls"),
    PAIR,
    Entry(Group.INSIGHTS, _("Customer lists"), "lists:list", "list-checks", VIEW_LISTS, shortcut="k"),
    OVERVIEW,
    FILTER,
    SENTENCES,
    MergeMove("lists", _("Customer lists: the survivor is on each that either was on"), 47, _lists_held),
    ReferenceNames("customer_list_id", lambda: CustomerList.objects.values_list("id", "name")),
    FILES,
    SEGMENT_FILES,
    CUSTOMER_ADD,
    CUSTOMER_REMOVE,
    LISTS,
    # Archiving wakes it; this finds what got lost.
    Timer("clear-archived-lists", "segments.lists.clearing.tasks.clear", 60.0, is_long=True),
    FACTS,
    GROUP,
    USED_BY_SEGMENTS,
    *AUDIT,
)
