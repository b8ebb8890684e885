from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

VIEW_COUPONS = Right("coupons.view", _("see coupons and pools"), needs=VIEW_CUSTOMERS)
REDEEM_COUPONS = Right("coupons.redeem", _("redeem coupons, and take redemptions back"), needs=VIEW_COUPONS)
CHANGE_COUPONS = Right(
    "coupons.change",
    _("give customers coupons, take them back, transfer and invalidate them, change their last day"),
    needs=VIEW_COUPONS,
)
CONFIGURE_COUPONS = Right("coupons.configure", _("create and change coupon pools, and add codes"), needs=VIEW_COUPONS)

RIGHTS = RightGroup(_("Coupons"), (VIEW_COUPONS, REDEEM_COUPONS, CHANGE_COUPONS, CONFIGURE_COUPONS))
