from django.urls import include, path

from . import pages
from .notices.pages import Notices

page_patterns = [
    path("", pages.Changes.as_view(), name="list"),
    path("rules/", pages.Rules.as_view(), name="rules"),
    path("notices/", Notices.as_view(), name="notices"),
    path("<int:id>/", pages.Review.as_view(), name="review"),
    path("<int:id>/approve/", pages.Approve.as_view(), name="approve"),
    path("<int:id>/reject/", pages.Reject.as_view(), name="reject"),
    path("<int:id>/return/", pages.AskForChanges.as_view(), name="return"),
    path("<int:id>/withdraw/", pages.Withdraw.as_view(), name="withdraw"),
]
urlpatterns = [path("approvals/", include((page_patterns, "approvals")))]
