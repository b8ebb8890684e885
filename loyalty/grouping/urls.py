from django.urls import path

from . import pages

urlpatterns = [
    path("customers/<int:customer_id>/user-groups/", pages.ChangeGroups.as_view(), name="customer-user-groups")
]
