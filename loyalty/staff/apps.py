from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "loyalty.staff"

    def ready(self) -> None:
        from .audit import signins, watching  # noqa: F401  hear what Django tells of
