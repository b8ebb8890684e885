from django.urls import path, register_converter

from .views import RewardListConverter, Rewards

register_converter(RewardListConverter, "reward_list")

urlpatterns = [path("entities/<reward_list:alias>", Rewards.as_view(), name="api-rewards-list")]
