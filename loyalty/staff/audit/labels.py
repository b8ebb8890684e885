"""What the trail calls the things of staff themselves: log-ins, passwords, what is changed on the configuration pages."""

from django.utils.translation import gettext_lazy as _

from loyalty.staff.models import User

from .enums import Note
from .kinds import OperationLabels, SubjectKind

AUDIT = (
    OperationLabels(
        _("Access"),
        {
            Note.SIGNED_IN: _("Logged in"),
            Note.SIGN_IN_FAILED: _("Log-in failed"),
            Note.SIGNED_OUT: _("Logged out"),
            "user.change_password": _("Own password changed"),
            Note.PASSWORD_SET: _("Password set for somebody"),
            "staff.invite": _("Invitation made"),
            "staff.withdraw_invitation": _("Invitation withdrawn"),
            Note.INVITATION_ACCEPTED: _("Invitation accepted"),
        },
    ),
    OperationLabels(
        _("Configuration"),
        {
            Note.ADDED: _("Added in the configuration"),
            Note.CHANGED: _("Changed in the configuration"),
            Note.DELETED: _("Deleted in the configuration"),
        },
    ),
    SubjectKind("invitation", _("Invitation")),
    SubjectKind("user", _("User"), User, name="username", configured=True),
)
