from django.urls import path

from . import access_pages, erasure_pages, merge_pages, pages

app_name = "customers"
urlpatterns = [
    path("", pages.CustomerList.as_view(), name="list"),
    path("<int:customer_id>/", pages.Overview.as_view(), name="overview"),
    path("<int:customer_id>/opt-out/", erasure_pages.OptOut.as_view(), name="opt_out"),
    path("<int:customer_id>/merge/", merge_pages.MergeStart.as_view(), name="merge"),
    path("<int:customer_id>/merge/<int:other_id>/", merge_pages.MergeCompare.as_view(), name="compare"),
    path("<int:customer_id>/duplicates/", merge_pages.Duplicates.as_view(), name="duplicates"),
    path("<int:customer_id>/data/<slug:format>/", access_pages.Data.as_view(), name="data"),
]
