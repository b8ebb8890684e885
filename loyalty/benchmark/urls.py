"""The application's addresses, with the reference in the place of the one that is measured."""

from django.urls import path

from loyalty.urls import urlpatterns as application

from .reference import EventView

urlpatterns = [path("events", EventView.as_view()), *application]
