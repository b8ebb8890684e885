from django.utils.translation import gettext_lazy as _

from customers.export.queries import ReferenceNames
from customers.merging.preview import MergeMove
from loyalty.staff.audit.kinds import SubjectKind
from loyalty.verify.checks import Checks

from .checks import LimitCheck
from .models import Bonus, BonusUse

CONTRIBUTIONS = (
    SubjectKind("bonus", _("Bonus"), Bonus, name="name", configured=True),
    ReferenceNames("bonus_id", lambda: Bonus.objects.values_list("id", "name")),
    Checks((LimitCheck(),)),
    MergeMove(
        "bonus_uses",
        _("Used limits of bonuses"),
        50,
        lambda source: BonusUse.objects.filter(customer=source, points__gt=0).count(),
    ),
)
