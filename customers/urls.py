from django.urls import path

from . import erasure_pages, pages

app_name = "customers"
urlpatterns = [
    path("", pages.CustomerList.as_view(), name="list"),
    path("<int:customer_id>/", pages.Overview.as_view(), name="overview"),
    path("<int:customer_id>/opt-out/", erasure_pages.OptOut.as_view(), name="opt_out"),
]
