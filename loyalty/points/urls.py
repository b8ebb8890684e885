from django.urls import path

from . import dialogs, pages

app_name = "points"
urlpatterns = [
    path("", pages.PointsHistory.as_view(), name="history"),
    path("manage/", dialogs.ManagePoints.as_view(), name="manage"),
    path("export.csv", pages.ExportHistory.as_view(), name="export"),
    path("<int:event_id>/", pages.Explain.as_view(), name="explain"),
    path("expiration/", dialogs.ModifyExpiration.as_view(), name="expiration"),
    path("expiration/set/", dialogs.SetExpiration.as_view(), name="set_expiration"),
]
