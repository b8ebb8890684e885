from django.urls import path

from loyalty.http.routes import CustomerConverter as CustomerConverter

from . import bulk, pools, views

_BULK = "v1/bulk-operation/coupons"
urlpatterns = [
    path("coupons", views.Coupons.as_view(), name="api-coupons"),
    path("customers/<customer:public_id>/coupons", views.CustomerCoupons.as_view(), name="api-customer-coupons"),
    path("v1/customers/<customer:public_id>/coupons", views.ReadCoupons.as_view(), name="read-coupons"),
    path("v1/coupon-pools", pools.CouponPools.as_view(), name="api-coupon-pools"),
    path("v1/coupon-pools/<str:coupon_pool_id>/update", pools.UpdatePool.as_view(), name="api-coupon-pool"),
    path(f"{_BULK}/<str:batch>/status", bulk.CouponBatchStatus.as_view(), name="api-coupons-status"),
    path(f"{_BULK}/<str:batch>/status/error", bulk.CouponBatchErrors.as_view(), name="api-coupons-error"),
    path(f"{_BULK}/<str:coupon_pool_id>/<str:action>", bulk.CouponBatch.as_view(), name="api-coupons-batch"),
]
