"""What events and orders show elsewhere."""

from django.utils.translation import gettext_lazy as _

from customers.directory.queries import CustomerFinder
from customers.export.queries import CustomerColumns, NotExported, ReferenceNames
from customers.merging.preview import MergeMove, MergeRefusal
from customers.profile.frame import ProfileAction, ProfileTab
from customers.queries import family
from events.orders.replay.checks import OrderCheck
from events.rights import (
    ACT_ON_ORDERS,
    CONFIGURE_EVENTS,
    DEVICES,
    RECORD_EVENTS,
    RIGHTS,
    SEEING,
    VIEW_TRANSACTIONS,
)
from loyalty.http.routes import Routes
from loyalty.intake.hand import ByHand
from loyalty.program.modules import Module
from loyalty.staff.roles.rights import ConfigurationPages
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group
from loyalty.ui.palette import PaletteSearch
from loyalty.verify.checks import Checks

from .api import customers
from .api.entities import TRANSACTIONS
from .codes import CODES
from .duplicates.pages import AFTER_MERGE
from .facts import FACTS
from .labels import AUDIT
from .models import BusinessKey, Event
from .orders.actions import SETTLING
from .orders.enums import CHECKOUT_ACCEPT
from .orders.finding import claimed, owners_of_orders
from .orders.models import GuestOrder, Transaction
from .orders.preview import same_order
from .timeline.latest import OVERVIEW
from .transactions.palette import find_orders
from .types.models import EventType

CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    SEEING,
    DEVICES,
    *FACTS,
    ByHand(SETTLING, ACT_ON_ORDERS),
    ConfigurationPages("events.eventtype", CONFIGURE_EVENTS),
    Routes("events.urls"),
    CODES,
    TRANSACTIONS,
    Module(CHECKOUT_ACCEPT, _("Checkout accept")),
    *AUDIT,
    Checks((OrderCheck(),)),
    ProfileTab(_("Events"), "events:timeline", 30),
    ProfileTab(_("Transactions"), "transactions:list", 50),
    ProfileAction(_("Add action"), "events:add", "plus", RECORD_EVENTS, position=20, is_daily=True),
    OVERVIEW,
    MergeRefusal(same_order),
    MergeMove(
        "events",
        _("Events stay in their stream; the other profile shows them, too"),
        10,
        lambda source: Event.objects.filter(customer_id__in=family(source.id)).count(),
    ),
    MergeMove("orders", _("Orders"), 20, lambda source: Transaction.objects.filter(customer=source).count()),
    AFTER_MERGE,
    NotExported(BusinessKey, "The transaction IDs of orders, which stand with the transactions."),
    CustomerColumns(GuestOrder, ("claimed_by",), claimed),
    ReferenceNames("action", lambda: EventType.objects.values_list("action", "name")),
    CustomerFinder(owners_of_orders),
    customers.CUSTOMER,
    Entry(Group.LOYALTY, _("Transactions"), "transactions", "receipt", VIEW_TRANSACTIONS, shortcut="t"),
    PaletteSearch(find_orders),
    Timer("accept-orders", "events.orders.tasks.accept_orders", 60.0, is_long=True),
    customers.READ_CUSTOMER,
)
