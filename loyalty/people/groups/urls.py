from django.urls import include, path

from . import pages

patterns = [
    path("", pages.Groups.as_view(), name="list"),
    path("new/", pages.EditGroup.as_view(), name="new"),
    path("kinds/", pages.Kinds.as_view(), name="kinds"),
    path("<slug:slug>/edit/", pages.EditGroup.as_view(), name="edit"),
    path("<slug:slug>/people/", pages.People.as_view(), name="people"),
]
urlpatterns = [path("user-groups/", include((patterns, "user_groups")))]
