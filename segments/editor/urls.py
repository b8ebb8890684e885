from django.urls import path

from . import pages

# Of the name space `segments`, which the room's own `urls` opens.
urlpatterns = [
    path("new/", pages.Editor.as_view(), name="new"),
    path("preview/", pages.LivePreview.as_view(), name="preview_new"),
    path("completion/", pages.Completion.as_view(), name="completion"),
    path("<slug:slug>/edit/", pages.Editor.as_view(), name="edit"),
    path("<slug:slug>/preview/", pages.LivePreview.as_view(), name="preview"),
]
