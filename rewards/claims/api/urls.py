"""Existing clients write `Rewards` as well as `rewards`, with a slash at the end or without."""

from django.urls import path

from loyalty.http.routes import any_case

from . import activities, acts, bulk, display, legacy

_WHOSE = "customers/<customer:public_id>"
_ACTIVITIES = f"{_WHOSE}/activities"
_ONE = f"{_ACTIVITIES}/rewards/<str:reward_id>"
_BULK = "v1/bulk-operation/reward/claim"
urlpatterns = [
    any_case(f"{_WHOSE}/rewards", display.ClaimedRewards.as_view(), name="api-customer-rewards"),
    any_case(_ACTIVITIES, activities.Activities.as_view(), name="api-activities"),
    any_case(f"{_ACTIVITIES}/earn", activities.EarnActivities.as_view(), name="api-earn-activities"),
    any_case(f"{_ACTIVITIES}/spend", activities.SpendActivities.as_view(), name="api-spend-activities"),
    any_case(f"{_ACTIVITIES}/rewards", display.AvailableRewards.as_view(), name="api-available-rewards"),
    any_case(_ONE, display.AvailableReward.as_view(), name="api-available-reward"),
    any_case(f"{_ONE}/claim", acts.ClaimReward.as_view(), name="api-claim-reward"),
    any_case(f"{_ONE}/revoke", acts.RevokeClaim.as_view(), name="api-revoke-claim"),
    any_case(f"{_ONE}/bid", acts.PlaceBid.as_view(), name="api-bid"),
    path("rewards", legacy.LegacyRewards.as_view(), name="api-rewards"),
    path("rewards/<str:reward_id>", legacy.LegacyReward.as_view(), name="api-reward"),
    path("rewards/<str:reward_id>/claim", legacy.LegacyClaim.as_view(), name="api-reward-claim"),
    path(f"{_BULK}/<str:batch>/status", bulk.ClaimBatchStatus.as_view(), name="api-claims-status"),
    path(f"{_BULK}/<str:batch>/status/errors", bulk.ClaimBatchErrors.as_view(), name="api-claims-errors"),
    path(f"{_BULK}/<str:batch>/status/error", bulk.ClaimBatchErrors.as_view(), name="api-claims-error"),
    path(f"{_BULK}/<str:reward_id>", bulk.ClaimBatch.as_view(), name="api-claims-batch"),
]
