from django.urls import path

from . import pages

app_name = "points"
urlpatterns = [
    path("", pages.PointsHistory.as_view(), name="history"),
]
