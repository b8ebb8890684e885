"""Existing clients write `Rewards/reward/` as well as `rewards/reward`."""

from django.urls import path

from loyalty.http.routes import any_case

from . import views

urlpatterns = [
    path("entities", views.BulkEntities.as_view(), name="api-entities-bulk"),
    any_case("entities/<str:module>/<str:entity>", views.Entities.as_view(), name="api-entities"),
    any_case("entities/<str:module>/<str:entity>/<any_id:entity_id>", views.EntityDetail.as_view(), name="api-entity"),
]
