from django.urls import path

from . import pages as erasure_pages

app_name = "erasures"
urlpatterns = [
    path("", erasure_pages.Erasures.as_view(), name="list"),
    path("lift-ban/", erasure_pages.LiftBan.as_view(), name="lift_ban"),
    path("<uuid:reference>/receipt.json", erasure_pages.Receipt.as_view(), name="receipt"),
]
