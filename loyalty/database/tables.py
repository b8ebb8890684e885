"""The tables of this project, whichever room they are of: nobody lists them by hand, so that none is forgotten."""

from django.apps import AppConfig, apps
from django.db.models import Model

# Our own packages, the apps that are to come among them.
ROOTS = frozenset({"loyalty", "customers", "events", "rewards", "coupons", "segments"})


def our_apps() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if config.name.partition(".")[0] in ROOTS]


def our_models() -> list[type[Model]]:
    return [model for config in our_apps() for model in config.get_models()]


def has_own_key(model: type[Model]) -> bool:
    """Whether it is looked up by something else than the customer, though it is about one."""
    return getattr(model, "OWN_KEY", False)
