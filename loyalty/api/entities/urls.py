from django.urls import path

from . import views

urlpatterns = [
    path("entities", views.BulkEntities.as_view(), name="api-entities-bulk"),
    path("entities/<str:module>/<str:entity>", views.Entities.as_view(), name="api-entities"),
    path("entities/<str:module>/<str:entity>/<str:entity_id>", views.EntityDetail.as_view(), name="api-entity"),
]
