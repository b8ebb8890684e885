from django.apps import AppConfig


class RewardsApp(AppConfig):
    """`catalogue` is the label of products and stores."""

    name = "rewards.catalogue"
    label = "rewards"
