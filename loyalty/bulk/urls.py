from django.urls import include, path

from . import pages

page_patterns = [
    path("", pages.Requests.as_view(), name="list"),
    path("<int:id>/", pages.Request.as_view(), name="request"),
    path("<int:id>/errors.csv", pages.DownloadErrors.as_view(), name="errors"),
]
urlpatterns = [path("bulk-requests/", include((page_patterns, "bulk")))]
