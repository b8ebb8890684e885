from django.urls import include, path

from .by_hand.dialogs import ManagePoints
from .expiry.pages import ModifyExpiration, SetExpiration
from .history import pages

page_patterns = [
    path("", pages.PointsHistory.as_view(), name="history"),
    path("manage/", ManagePoints.as_view(), name="manage"),
    path("export.csv", pages.ExportHistory.as_view(), name="export"),
    path("<int:event_id>/", pages.Explain.as_view(), name="explain"),
    path("expiration/", ModifyExpiration.as_view(), name="expiration"),
    path("expiration/set/", SetExpiration.as_view(), name="set_expiration"),
]
urlpatterns = [path("customers/<int:customer_id>/points/", include((page_patterns, "points")))]
