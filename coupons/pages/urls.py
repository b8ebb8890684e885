from django.urls import URLPattern, URLResolver, include, path

from . import dialogs, pages

page_patterns: list[URLPattern | URLResolver] = [
    path("coupons/", pages.Pools.as_view(), name="pools"),
    path("coupons/new/", pages.CreatePool.as_view(), name="new"),
    path("coupons/find/", pages.FindCoupons.as_view(), name="find"),
    path("coupons/codes/<int:coupon_id>/withdraw/", dialogs.Withdraw.as_view(), name="withdraw"),
    path("coupons/pools/<slug:slug>/", pages.ShowPool.as_view(), name="pool"),
    path("coupons/pools/<slug:slug>/edit/", pages.EditPool.as_view(), name="edit"),
    path("coupons/pools/<slug:slug>/codes/", dialogs.Upload.as_view(), name="upload"),
    path("coupons/pools/<slug:slug>/generate/", dialogs.Generate.as_view(), name="generate"),
    path("customers/<int:customer_id>/coupons/", include("coupons.profile.urls")),
]
urlpatterns = [path("", include((page_patterns, "coupons")))]
