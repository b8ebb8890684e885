from django.urls import include, path

from . import pages

page_patterns = [
    path("", pages.Imports.as_view(), name="imports"),
    path("new/", pages.NewImport.as_view(), name="new"),
    path("<int:id>/", pages.Import.as_view(), name="import"),
    path("<int:id>/progress/", pages.Progress.as_view(), name="progress"),
    path("<int:id>/start/", pages.Start.as_view(), name="start"),
    path("<int:id>/count-again/", pages.CountAgain.as_view(), name="count_again"),
    path("<int:id>/cancel/", pages.Cancel.as_view(), name="cancel"),
    path("<int:id>/refused.csv", pages.DownloadRefused.as_view(), name="refused"),
]
urlpatterns = [path("imports/", include((page_patterns, "transfer")))]
