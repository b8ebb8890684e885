from django.urls import include, path

from . import dialogs, pages

page_patterns = [
    path("", pages.TierHistory.as_view(), name="history"),
    path("up/", dialogs.TierUp.as_view(), name="up"),
    path("down/", dialogs.TierDown.as_view(), name="down"),
    path("expiration/", dialogs.ChangeExpiration.as_view(), name="expiration"),
]
urlpatterns = [path("customers/<int:customer_id>/tiers/", include((page_patterns, "tiers")))]
