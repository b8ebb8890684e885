from django.urls import path

from . import pages

app_name = "erasures"
urlpatterns = [
    path("", pages.Erasures.as_view(), name="list"),
    path("lift-ban/", pages.LiftBan.as_view(), name="lift_ban"),
    path("<uuid:reference>/receipt.json", pages.Receipt.as_view(), name="receipt"),
]
