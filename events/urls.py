from django.urls import path

from .timeline import pages

app_name = "events"
urlpatterns = [
    path("", pages.Timeline.as_view(), name="timeline"),
    path("add/", pages.AddEvent.as_view(), name="add"),
    path("<int:event_id>/", pages.EventDetail.as_view(), name="detail"),
]
