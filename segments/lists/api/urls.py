from django.urls import path

from . import views

_ROOT = "v1/bulk-operation/customer-list"
urlpatterns = [
    path(f"{_ROOT}/add/<str:customer_list_id>", views.AddToList.as_view(), name="api-list-add"),
    path(f"{_ROOT}/remove/<str:customer_list_id>", views.RemoveFromList.as_view(), name="api-list-remove"),
    path(f"{_ROOT}/<str:batch>/status", views.ListBatchStatus.as_view(), name="api-list-status"),
    path(f"{_ROOT}/<str:batch>/status/errors", views.ListBatchErrors.as_view(), name="api-list-errors"),
    path(f"{_ROOT}/<str:batch>/status/error", views.ListBatchErrors.as_view(), name="api-list-error"),
]
