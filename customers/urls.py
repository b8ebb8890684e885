from django.urls import path

from . import pages

app_name = "customers"
urlpatterns = [
    path("", pages.CustomerList.as_view(), name="list"),
    path("<int:customer_id>/", pages.Overview.as_view(), name="overview"),
]
