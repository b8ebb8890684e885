"""What accounts show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.program.modules import Module

from .enums import EXPIRING_POINTS, MULTI_ACCOUNTS

CONTRIBUTIONS: tuple[object, ...] = (
    Module(MULTI_ACCOUNTS, _("Multi-accounts")),
    Module(EXPIRING_POINTS, _("Expiring points"), is_on_at_first=True),
)
