from django.urls import path

from . import pages

urlpatterns = [
    path("openapi.json", pages.openapi, name="openapi"),
    path("developers/", pages.GettingStarted.as_view(), name="developers"),
    path("developers/actions/", pages.Actions.as_view(), name="developers-actions"),
    path("developers/reference/", pages.Reference.as_view(), name="developers-reference"),
    path("developers/reference/<slug:operation>/", pages.OperationPage.as_view(), name="developers-operation"),
]
