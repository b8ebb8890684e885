"""What tells of lists: somebody is put on one, or taken off it."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import NOBODY, Action, Attribute, Kind, follows

LIST = Attribute(
    "customer_list",
    Kind.CODE,
    label=_("Customer list"),
    description="The ID of the customer list.",
    required=True,
    most=64,
)
# The sources that may send them; of the API, bulk requests alone.
_SOURCES = frozenset({"back_office", "import", "automation", "api"})
CLOSED = follows("the customer lists")
ADD = Action(
    "customer_list_add",
    _("Customer list - add"),
    (LIST,),
    "list-plus",
    "The customer is put on a list.",
    closed=CLOSED,
    sources=_SOURCES,
    by_hand=NOBODY,
)
REMOVE = replace(
    ADD,
    name="customer_list_remove",
    label=_("Customer list - remove"),
    icon="list-x",
    description="The customer is taken off a list.",
)
ACTIONS = (ADD, REMOVE)
