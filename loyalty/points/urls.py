from django.urls import path

from . import dialogs, pages

app_name = "points"
urlpatterns = [
    path("", pages.PointsHistory.as_view(), name="history"),
    path("manage/", dialogs.ManagePoints.as_view(), name="manage"),
    path("<int:event_id>/", pages.Explain.as_view(), name="explain"),
]
