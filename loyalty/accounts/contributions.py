"""What accounts show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.program.modules import Module
from loyalty.staff.audit.kinds import SubjectKind

from .entities import ACCOUNTS
from .enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from .models import Account, EarningRule

CONTRIBUTIONS: tuple[object, ...] = (
    ACCOUNTS,
    Module(MULTI_ACCOUNTS, _("Multi-accounts")),
    Module(EXPIRING_POINTS, _("Expiring points"), is_on_at_first=True),
    SubjectKind("account", _("Account"), Account, name="name", configured=True),
    SubjectKind("earning_rule", _("Earning rule"), EarningRule, name="account__name", configured=True),
)
