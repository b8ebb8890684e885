from django.urls import include, path

from .browse import pages
from .editor.urls import urlpatterns as editor
from .giving.dialogs import PutMembersIntoGroup

page_patterns = [
    path("", pages.Segments.as_view(), name="list"),
    path("overlap/", pages.Overlap.as_view(), name="overlap"),
    path("members-of/<slug:kind>/<slug:slug>/group/", PutMembersIntoGroup.as_view(), name="put_into_group"),
    *editor,
    path("<slug:slug>/", pages.ShowSegment.as_view(), name="show"),
    path("<slug:slug>/members.csv", pages.ExportMembers.as_view(), name="export"),
    path("<slug:slug>/compute/", pages.ComputeAgain.as_view(), name="compute"),
    path("<slug:slug>/status/<slug:status>/", pages.ChangeStatus.as_view(), name="status"),
]
urlpatterns = [path("segments/", include((page_patterns, "segments")))]
