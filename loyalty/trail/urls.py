from django.urls import include, path

from . import pages

page_patterns = [
    path("audit/", pages.Trail.as_view(), name="list"),
    path("audit/export.csv", pages.Export.as_view(), name="export"),
    path("audit/<int:id>/", pages.Deed.as_view(), name="detail"),
    path("customers/<int:customer_id>/audit/", pages.CustomerTrail.as_view(), name="customer"),
]
urlpatterns = [path("", include((page_patterns, "audit")))]
