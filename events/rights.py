from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.fields import PersonalFields
from loyalty.staff.roles.rights import Right, RightGroup

RECORD_EVENTS = Right("events.record", _("add actions by hand"), needs=VIEW_CUSTOMERS)
VIEW_TRANSACTIONS = Right("transactions.view", _("see the transactions of all customers"))
ACT_ON_ORDERS = Right("transactions.act", _("accept, reject or refund orders"), needs=VIEW_CUSTOMERS)
CONFIGURE_EVENTS = Right("events.configure", _("define actions and their attributes"))

RIGHTS = RightGroup(_("Events and orders"), (RECORD_EVENTS, VIEW_TRANSACTIONS, ACT_ON_ORDERS, CONFIGURE_EVENTS))
DEVICES = PersonalFields(
    Right("personal.devices", _("see the IP addresses and browsers of customers")),
    frozenset({"ip_address", "user_agent"}),
)
SEEING = RightGroup(_("Personal data of events"), (DEVICES.right,))
