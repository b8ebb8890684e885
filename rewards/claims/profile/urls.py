from django.urls import path

from . import dialogs, pages

urlpatterns = [
    path("", pages.CustomerRewards.as_view(), name="of-customer"),
    path("claim/", dialogs.ClaimReward.as_view(), name="claim"),
    path("<int:event_id>/revoke/", dialogs.RevokeClaim.as_view(), name="revoke"),
]
