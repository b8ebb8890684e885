from django.urls import path

from . import dialogs, pages

urlpatterns = [
    path("", pages.CustomerCoupons.as_view(), name="of-customer"),
    path("assign/", dialogs.AssignCoupon.as_view(), name="assign"),
    path("<int:coupon_id>/redeem/", dialogs.Redeem.as_view(), name="redeem"),
    path("<int:coupon_id>/unredeem/", dialogs.Unredeem.as_view(), name="unredeem"),
    path("<int:coupon_id>/invalidate/", dialogs.Invalidate.as_view(), name="invalidate"),
    path("<int:coupon_id>/unassign/", dialogs.Unassign.as_view(), name="unassign"),
    path("<int:coupon_id>/transfer/", dialogs.Transfer.as_view(), name="transfer"),
    path("<int:coupon_id>/expiration/", dialogs.ChangeExpiration.as_view(), name="expiration"),
]
