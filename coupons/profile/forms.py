"""What staff enter to give a coupon, and to do something with one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coupons.codes import BELOW_LEAST, EXHAUSTED, NOT_HERE, NOT_NOW, PURCHASE_TOO_SMALL, TOO_LITTLE, UNKNOWN
from coupons.models import Coupon, Pool
from coupons.pools.patterns import MAX_LENGTH
from loyalty.engine.values import MAX_TRANSACTION_ID
from loyalty.forms.inputs import day, line, money
from loyalty.forms.refusals import Words
from loyalty.intake.forms import OnceForm

WORDS: Words = {
    UNKNOWN: _("The customer no longer holds this coupon, or there is no such code."),
    NOT_NOW: _("This cannot be done with the coupon in its status of now. Close this and look again."),
    BELOW_LEAST: _("This is less than the card can be redeemed for."),
    PURCHASE_TOO_SMALL: _("The purchase is smaller than the coupon asks for."),
    NOT_HERE: _("The coupon is not valid in this store, or for none of these products."),
    TOO_LITTLE: _("There is less than this on the card."),
    EXHAUSTED: _("No code of this pool is left. Add codes to it, or choose another one."),
    160212: _("This customer has left, or was merged into another one."),
    160216: _("Only active customers can have coupons."),
}


class CouponForm(OnceForm):
    """Nothing to enter: which coupon the address says."""

    words = WORDS


class AssignForm(CouponForm):
    pool = forms.ModelChoiceField(Pool.objects.order_by("name", "slug"), label=_("Coupon pool"), to_field_name="slug")
    code = line(MAX_LENGTH)(
        label=_("Code"),
        required=False,
        help_text=_("A certain one of the pool; without it, the next one that is free."),
    )


class RedeemForm(CouponForm):
    amount = money(label=_("Amount"))
    transaction_id = line(MAX_TRANSACTION_ID)(
        label=_("Transaction ID"), required=False, help_text=_("The order that it pays for, if there is one.")
    )

    def __init__(self, *args: Any, coupon: Coupon, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if coupon.balance is None:
            del self.fields["amount"]


class InvalidateForm(CouponForm):
    reason = line()(label=_("Reason"), required=False)


class TransferForm(CouponForm):
    receiver = line()(
        label=_("ID or email address"), help_text=_("Of the customer who gets the coupon, in capitals or not.")
    )


class ExpirationForm(CouponForm):
    last_day = day(label=_("Last day"), required=False, help_text=_("Without one, it is valid for good."))
