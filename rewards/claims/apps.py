from django.apps import AppConfig


class ClaimsApp(AppConfig):
    name = "rewards.claims"
    label = "claims"
