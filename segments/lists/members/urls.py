from django.urls import include, path

from . import dialogs, pages

page_patterns = [
    path("", pages.Lists.as_view(), name="list"),
    path("new/", dialogs.CreateList.as_view(), name="new"),
    path("<slug:slug>/", pages.Members.as_view(), name="members"),
    path("<slug:slug>/edit/", dialogs.EditList.as_view(), name="edit"),
    path("<slug:slug>/activate/", dialogs.SetActive.as_view(), name="activate"),
    path("<slug:slug>/inactivate/", dialogs.SetInactive.as_view(), name="inactivate"),
    path("<slug:slug>/archive/", dialogs.Archive.as_view(), name="archive"),
    path("<slug:slug>/segment/", dialogs.MakeSegment.as_view(), name="segment"),
    path("<slug:slug>/members.csv", pages.Export.as_view(), name="export"),
    path("<slug:slug>/members/<int:customer_id>/add/", pages.AddMember.as_view(), name="add"),
    path("<slug:slug>/members/<int:customer_id>/remove/", dialogs.RemoveMember.as_view(), name="remove"),
]
urlpatterns = [path("lists/", include((page_patterns, "lists")))]
