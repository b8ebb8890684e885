"""What the audit trail calls what is done with user groups of customers."""

from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels

AUDIT = OperationLabels(
    _("User groups of customers"),
    {
        "customer.add_group": _("Customer put into a user group"),
        "customer.remove_group": _("Customer taken out of a user group"),
    },
    lambda: {"user_group": _("User group")},
)
