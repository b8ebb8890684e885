"""The application's addresses, with the references in the place of those that are measured."""

from django.urls import path

from loyalty.urls import urlpatterns as application

from .reference import EventView, RewardsView

urlpatterns = [
    path("events", EventView.as_view()),
    path("customers/<str:public_id>/activities/rewards", RewardsView.as_view()),
    *application,
]
