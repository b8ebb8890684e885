from django.urls import path

from . import pages

urlpatterns = [
    path("openapi.json", pages.openapi, name="openapi"),
]
