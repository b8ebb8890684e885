from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = "Loyalty"

    def ready(self) -> None:
        from . import system_checks  # noqa: F401  registers them


class ConfigurationPages(admin_apps.AdminConfig):
    """Django's admin, with a site of our own."""

    default = False
    default_site = "loyalty.staff.site.ConfigurationSite"
