from django.urls import path

from events.adding.pages import AddEvent

from . import pages

app_name = "events"
urlpatterns = [
    path("", pages.Timeline.as_view(), name="timeline"),
    path("add/", AddEvent.as_view(), name="add"),
    path("<int:event_id>/", pages.EventDetail.as_view(), name="detail"),
]
