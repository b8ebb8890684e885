from django.urls import include, path

from . import pages

page_patterns = [
    path("", pages.Structures.as_view(), name="list"),
    path("new/", pages.EditStructure.as_view(), name="new"),
    path("<slug:slug>/", pages.EditStructure.as_view(), name="edit"),
]
urlpatterns = [path("tiers/", include((page_patterns, "tier_structures")))]
