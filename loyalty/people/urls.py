from django.urls import include, path

from . import pages
from .invitations import pages as invitations

role_patterns = [
    path("", pages.Roles.as_view(), name="list"),
    path("new/", pages.EditRole.as_view(), name="new"),
    path("<slug:slug>/", pages.EditRole.as_view(), name="edit"),
    path("<slug:slug>/delete/", pages.DeleteRole.as_view(), name="delete"),
]
invitation_patterns = [
    path("", invitations.Invitations.as_view(), name="list"),
    path("<int:id>/withdraw/", invitations.Withdraw.as_view(), name="withdraw"),
]
urlpatterns = [
    path("roles/", include((role_patterns, "roles"))),
    path("invitations/", include((invitation_patterns, "invitations"))),
    path("invitation/", invitations.Accept.as_view(), name="accept-invitation"),
    path("invitation/<str:token>/", invitations.OpenLink.as_view(), name="invitation"),
]
