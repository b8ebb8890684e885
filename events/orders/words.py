"""What staff read where an order does not allow what they want."""

from django.utils.translation import gettext_lazy as _

from loyalty.forms.refusals import Words

WORDS: Words = {
    5003: _("There is an order with this transaction ID already."),
    103902: _("This order is another customer's."),
    112201: _("Only accepted orders can be refunded."),
    112202: _("Enter an amount above 0."),
    112203: _("This is more than is left to refund."),
    112204: _("This is more than all that the customer has bought."),
    112210: _("The customer has no order with this transaction ID."),
    112211: _("The order was accepted already."),
    112212: _("The order was rejected already."),
    112213: _("The order was refunded already."),
    112214: _("The order has no checkout yet."),
    112215: _("Items of the order were accepted already, so it can't be changed any more."),
    112217: _("The order has no such item."),
    112218: _("Only a guest's order can be claimed."),
    112910: _("No points are reserved for this order."),
}
